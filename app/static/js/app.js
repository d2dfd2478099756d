// What scripts add to pages that work without them. Loaded with `defer` after htmx; no inline code, no eval.
"use strict";
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // ---- htmx: no copies of personal pages in storage, no eval, every status that carries a page is shown ----
  if (window.htmx) {
    Object.assign(htmx.config, {
      historyCacheSize: 0,
      refreshOnHistoryMiss: true, // "back" is a real page load: language and colours are right, nothing is stored
      allowEval: false,
      allowScriptTags: false,
      includeIndicatorStyles: false,
      selfRequestsOnly: true,
      scrollIntoViewOnBoost: false,
      responseHandling: [
        { code: "204", swap: false },
        { code: "[2345]..", swap: true }, // 422 is the form with its errors; 4xx and 5xx are whole pages in words
      ],
    });
  }

  // ---- the one status region: repeats collapse, the last sentence stays ten seconds ----
  let clearing;
  function announce(text) {
    const region = one("#status");
    if (!region || !text || region.textContent === text) return;
    region.textContent = text;
    clearTimeout(clearing);
    clearing = setTimeout(() => { region.textContent = ""; }, 10000);
  }
  document.addEventListener("hitomado:say", (event) => announce(event.detail));

  function focusOn(element, scroll) {
    if (!element) return;
    element.focus({ preventScroll: !scroll });
  }

  // ---- enhancements of what is on the page now; safe to run on the same part twice ----
  function enhance(root) {
    all("[data-reveal], [data-copy]", root).forEach((button) => { button.hidden = false; });
    all("[data-show-after]", root).forEach((element) => {
      setTimeout(() => { element.hidden = false; }, Number(element.dataset.showAfter) * 1000);
    });
    all("[data-announce]", root).forEach((element) => announce(element.textContent.trim()));
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reveal], [data-copy], [data-close], a[href='#menu']");
    if (!button) return;
    if (button.dataset.reveal) {
      const field = one(button.dataset.reveal);
      const shown = field.type === "password";
      field.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
    } else if (button.dataset.copy) {
      const text = one(button.dataset.copy).textContent.trim();
      navigator.clipboard.writeText(text).then(() => {
        announce(button.dataset.done);
        button.classList.add("is-done");
      }, () => getSelection().selectAllChildren(one(button.dataset.copy)));
    } else if ("close" in button.dataset) {
      button.closest("dialog").close();
    } else {
      const dialog = openDialog("#menu-dialog", button);
      if (!dialog) return;
      event.preventDefault();
      one("h2", dialog).after(one("#menu ul").cloneNode(true));
      window.htmx?.process(dialog);
      dialog.showModal();
      one("h2", dialog).focus();
    }
  });

  // A dialog lives only while it is open; focus goes back to what opened it.
  function openDialog(template, opener) {
    const source = one(template);
    if (!source || !("showModal" in HTMLElement.prototype || window.HTMLDialogElement)) return null;
    const dialog = source.content.firstElementChild.cloneNode(true);
    source.before(dialog);
    dialog.addEventListener("close", () => {
      dialog.remove();
      opener?.focus();
    });
    return dialog;
  }

  // ---- end of the session: words at 5, 2 and 1 minutes before it, never a running clock ----
  let timers = [];
  function watchSession() {
    timers.forEach(clearTimeout);
    timers = [];
    const line = one("#session");
    if (!line) return;
    let dialog = null;
    const left = Number(line.dataset.seconds);
    [5, 2, 1].filter((minutes) => minutes * 60 <= left).forEach((minutes) => {
      timers.push(setTimeout(() => {
        if (!dialog?.open) {
          dialog = openDialog("#session-dialog", document.activeElement);
          if (!dialog) return;
          one("[data-extend]", dialog).addEventListener("submit", (event) => extend(event, dialog));
          dialog.showModal();
        }
        one("[role=status]", dialog).textContent = one("[role=status]", dialog).getAttribute(`data-${minutes}`);
      }, (left - minutes * 60) * 1000));
    });
    timers.push(setTimeout(() => location.reload(), (left + 1) * 1000)); // the server answers with the ended page
  }
  function extend(event, dialog) {
    event.preventDefault();
    const form = event.target;
    fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" }).then((response) => {
      if (response.status >= 400) { form.submit(); return; }
      dialog.close();
      watchSession();
    }, () => announce(document.body.dataset.offline));
  }

  // ---- swaps ----
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    if (target.id !== "page" || /id="page"/.test(xhr.responseText)) return;
    event.detail.shouldSwap = false; // not one of our pages (a file, a proxy's error): let the browser show it
    if (event.detail.requestConfig.verb === "get") location.assign(event.detail.pathInfo.finalRequestPath);
    else announce(document.body.dataset.offline);
  });
  document.addEventListener("htmx:sendError", (event) => {
    const { requestConfig, pathInfo } = event.detail;
    if (requestConfig.verb === "get" && requestConfig.boosted) location.assign(pathInfo.finalRequestPath);
    else announce(document.body.dataset.offline);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    event.detail.elt.closest("[data-busy]")?.setAttribute("aria-busy", "true");
  });
  document.addEventListener("htmx:afterRequest", () => {
    all("[data-busy][aria-busy]").forEach((element) => element.removeAttribute("aria-busy"));
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const target = event.detail.target.id === "page" ? one("#page") : event.detail.elt;
    enhance(target);
    if (target.id !== "page") return;
    const summary = one("#error-summary-heading");
    const row = target.dataset.focus && document.getElementById(target.dataset.focus);
    scrollTo(0, 0);
    focusOn(summary || row || one("h1[tabindex]"), Boolean(row && !summary));
    announce(target.dataset.status);
    watchSession();
  });

  enhance(document);
  watchSession();
  const summary = one("#error-summary-heading");
  if (summary && document.activeElement !== summary) summary.focus();
})();
