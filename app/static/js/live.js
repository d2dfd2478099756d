// Pages that bring themselves up to date. The stream says only "changed"; htmx then asks for the page anew and puts its part in place.
// Where no stream is to be had, the mark of the world is asked for every few seconds. Off when the person says so, or looks elsewhere.
"use strict";
(() => {
  const KEY = "hitomado.live", OFF = "off", TRIES = 4; // after so many questions the stream is tried again
  let source = null, timer = null, mark = "", asked = 0, kept = null, told = false;

  const part = () => document.getElementById("live");
  const wanted = () => { try { return localStorage.getItem(KEY) !== OFF; } catch { return true; } };
  const remember = (on) => { try { on ? localStorage.removeItem(KEY) : localStorage.setItem(KEY, OFF); } catch { /* for this page only */ } };

  function stop() {
    source?.close();
    clearTimeout(timer);
    source = timer = null;
  }

  function say(state) {
    const bar = document.getElementById("live-bar");
    if (!bar) return;
    bar.hidden = false;
    bar.querySelector("input").checked = state !== "off";
    const line = bar.querySelector("[data-live-state]");
    line.textContent = line.dataset[told && state !== "off" ? "news" : state];
    document.getElementById("live-look").hidden = state !== "off";
  }

  // ---- listening ----
  function start() {
    stop();
    const here = part();
    if (!here || !window.htmx || !window.EventSource) return;
    mark ||= here.dataset.mark;
    if (!wanted()) { say("off"); return; }
    say("on");
    if (!document.hidden) listen(here);
  }

  function listen(here) {
    source = new EventSource(`${here.dataset.stream}?since=${encodeURIComponent(mark)}`);
    source.addEventListener("changed", (event) => changed(event.lastEventId));
    source.addEventListener("gone", () => { stop(); location.reload(); });
    source.addEventListener("open", () => say("on"));
    source.addEventListener("error", () => {
      if (source?.readyState !== EventSource.CLOSED) return; // the browser comes back by itself
      stop();
      say("poll");
      ask(here);
    });
  }

  function ask(here) {
    timer = setTimeout(async () => {
      asked += 1;
      if (asked % TRIES === 0) { listen(here); return; }
      try {
        const answer = await fetch(here.dataset.poll, { headers: { "If-None-Match": `"${mark}"` }, cache: "no-store" });
        if (answer.status === 410) { location.reload(); return; }
        if (answer.status === 200) changed(await answer.text());
      } catch { /* no connection: asked again */ }
      if (timer) ask(here);
    }, Number(here.dataset.every) * 1000);
  }

  function changed(now) {
    const here = part();
    if (!here || now === mark) return;
    mark = now;
    htmx.trigger("#live-source", "changed");
  }

  // ---- putting the new part in place: what had the focus and what was open stays so ----
  const plain = (element) => element.textContent.replace(/[0-9０-９]+/g, "").trim();
  const mine = (event) => event.detail.target?.id === "live";

  function keep() {
    const now = document.activeElement, here = part();
    const inside = now && now !== document.body && (here.contains(now) || now.closest("nav"));
    kept = {
      open: [...here.querySelectorAll("details[open] > summary")].map(plain),
      focus: inside ? { id: now.id, href: now.getAttribute("href"), tag: now.tagName, text: plain(now), nav: !here.contains(now) } : null,
    };
  }

  function restore() {
    const here = part();
    if (!here || !kept) return;
    here.querySelectorAll("details > summary").forEach((one) => { if (kept.open.includes(plain(one))) one.parentElement.open = true; });
    const { focus } = kept;
    kept = null;
    if (!focus || (document.activeElement && document.activeElement !== document.body && document.activeElement.isConnected)) return;
    const among = [...(focus.nav ? document.querySelectorAll("nav a") : here.querySelectorAll("a, button, summary, input, h1, [tabindex]"))];
    const shown = among.filter((one) => one.getClientRects().length);
    const same = shown.find((one) => focus.id && one.id === focus.id)
      || shown.find((one) => one.tagName === focus.tag && one.getAttribute("href") === focus.href && (focus.href || plain(one) === focus.text));
    (same || here.querySelector("h1")).focus({ preventScroll: true });
  }

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!mine(event)) return;
    if (document.querySelector(".htmx-request:not(#live-source)")) {
      event.detail.shouldSwap = false; // somebody is just leaving by a link or form in here: taken away, it would forget where its answer belongs
      mark = part().dataset.mark;
      return;
    }
    if (/id="live"/.test(event.detail.xhr.responseText)) { keep(); return; }
    event.detail.shouldSwap = false; // the session is over, or the page is another now
    stop();
    location.reload();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id === "page") { told = false; mark = ""; start(); return; }
    if (event.detail.elt?.id !== "live") return;
    restore();
    told = true;
    mark = part().dataset.mark;
    say(source ? "on" : timer ? "poll" : "off");
    document.dispatchEvent(new CustomEvent("hitomado:say", { detail: part().dataset.news }));
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (event.detail.elt?.id === "live-source") mark = part().dataset.mark; // not seen yet: the next sign counts
  });

  document.addEventListener("change", (event) => {
    if (event.target.id !== "live-switch") return;
    remember(event.target.checked);
    told = false;
    start();
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) stop(); else start(); });
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => { if (event.persisted) start(); });

  start();
})();
