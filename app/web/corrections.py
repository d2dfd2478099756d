"""A correction that an office asks for: exactly the item, then the signature over it, and back to the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.datastructures import CombinedMultiDict, MultiDict

from app.engine.resigning import IMPOSSIBLE, WHY, Way
from app.engine.values import from_json, to_json
from app.gateway.base import ServiceDown
from app.gateway.mynumber import Signature
from app.i18n import gettext
from app.i18n import gettext as _
from app.mynumber_guard import RealNumber
from app.web import caseviews, shell, signing
from app.web.asked import Asked, once_answered, while_asked
from app.web.errors import page, real_number
from app.web.forms import AnswerForm, answer_form
from app.web.notices import flashed
from app.web.words import lines, source
from app.world import outbox
from app.world.applications import key_of
from app.world.outbox import Draft
from app.world.views import CaseView
from app.world.worlds import World

blueprint = Blueprint("corrections", __name__)

WORDS = {
    Way.REVOKED: "前の署名に使った署名用電子証明書が、使えなくなっています。住所や氏名が変わる届けが処理されると、前の電子証明書は使えなくなります。",
    Way.EXPIRED: "前の署名に使った署名用電子証明書の、有効期限が切れています。",
    Way.NO_CERTIFICATE: "カードに、署名用電子証明書がありません。",
    Way.NO_CARD: "いまは、使えるマイナンバーカードがありません。",
}
UNSIGNED = {
    Way.COMPANY: "会社への届けなので、署名はいりません。",
    Way.COUNTER: "窓口で本人だと示す手続なので、この訂正に署名はいりません。",
}
REFUSED = "窓口が署名を受け取れませんでした。訂正は送っていません。入れた答えは残っています。もう一度、署名してください"
OTHER_ANSWER = "ほかの画面で答えが変わったため、署名は使いませんでした。答えを確かめて、もう一度署名してください"


# --- the answer -----------------------------------------------------------------------------------------------------------
@blueprint.route("/cases/<int:n>/correction", methods=["GET", "POST"])
@while_asked
def form(asked: Asked) -> Any:
    """Mend exactly the item that the office asks for. What was entered before stands there again."""
    n, journey, draft = asked.case.n, asked.journey, asked.draft
    if request.method == "GET":
        before = shell.unsent() or (MultiDict(map(tuple, draft.typed)) if draft and draft.typed else None)
        return _shown(asked, answer_form(journey, asked.key, before), [])
    entry = journey.entry(asked.key)
    if request.form.get("keep") and entry is not None:
        return _held(asked, entry.value, [], keep=True)
    posted = answer_form(journey, asked.key, CombinedMultiDict([request.form, request.files]))
    try:
        if posted.search is None and posted.validate():
            typed = [[name, value] for name, value in request.form.items(multi=True) if name not in shell.NOT_KEPT]
            return _held(asked, to_json(posted.value()), typed)
    except RealNumber:
        return real_number(url_for("corrections.form", n=n))
    return _shown(asked, posted, [] if posted.search else posted.error_list())


def _held(asked: Asked, value: Any, typed: list[Any], *, keep: bool = False) -> Any:
    """Keep the answer, and on to the signature; straight to the office where nobody asks for one."""
    here, n = asked.here, asked.case.n
    outbox.hold(here.context, here.id, n, {asked.name: value}, typed, keep=keep)
    if asked.way in UNSIGNED:
        return _sent(here, n)
    return redirect(url_for("corrections.sign", n=n), 303)


def _shown(asked: Asked, form: AnswerForm, errors: list[tuple[str, str]]) -> Any:
    here, case, journey, way = asked.here, asked.case, asked.journey, asked.way
    entry = journey.entry(asked.key)
    shared = [
        caseviews.title(here, other)
        for other in here.cases()
        if other.n != case.n and other.journey == case.journey and entry is not None and entry.seq in other.sent
    ]
    return render_template(
        "cases/correction.html",
        **_about(asked),
        words=case.state.note,
        present=asked.standing(),
        form=form,
        errors=errors,
        shared=shared,
        guarded=not caseviews.definition(here, case).sees_withheld and journey.plan.protection(asked.key)[0],
        source=source(journey, entry) if entry else None,
        unsigned=_(UNSIGNED[way]) if way in UNSIGNED else "",
        notice=flashed(),
    ), 422 if errors else 200


def _about(asked: Asked) -> dict[str, Any]:
    here, case = asked.here, asked.case
    return {
        "case": case,
        "title": caseviews.title(here, case),
        "short_title": gettext(caseviews.definition(here, case).title),
        "office_name": caseviews.office(here, case),
        "label": _(asked.item.label),
        "until": caseviews.until_text(here, case),
    }


# --- the signature --------------------------------------------------------------------------------------------------------
@blueprint.get("/cases/<int:n>/correction/sign")
@once_answered
def sign(asked: Asked, draft: Draft) -> Any:
    """What is signed and sent, and nothing else; or why there is no signature."""
    way, shown = asked.way, bool(session.get("token"))
    if way in IMPOSSIBLE and not shown:
        session["back_to"] = request.script_root + request.path
    return render_template(
        "cases/correction_sign.html",
        **_about(asked),
        before=asked.standing(),
        after=lines(asked.journey, asked.key, from_json(asked.item, draft.facts[asked.name])),
        keep=draft.keep,
        why=_(WORDS[way]) if way in IMPOSSIBLE else "",
        shown=shown,
        notice=flashed(),
    )


@blueprint.post("/cases/<int:n>/correction/sign")
@once_answered
def start(asked: Asked, draft: Draft) -> Any:
    """Announce exactly what was entered, and send the browser to the identity provider."""
    here, case = asked.here, asked.case
    package = outbox.pack_correction(case.arrival_number or "", draft.facts)
    about = _about(asked)
    what = _("{title}の訂正：{label}", title=about["short_title"], label=about["label"])
    try:
        return signing.go(
            package.digest,
            what,
            [(about["office_name"], what)],
            lambda transaction: outbox.announce(here.context, here.id, case.n, transaction, package),
            n=asked.journey.n,
            case=case.n,
        )
    except ServiceDown:
        return down(case.n)


@blueprint.post("/cases/<int:n>/correction/unsigned")
@once_answered
def unsigned(asked: Asked, _draft: Draft) -> Any:
    """Without a signature, where none is possible any more: the card that was shown stands for the person."""
    n = asked.case.n
    if asked.way not in IMPOSSIBLE or not session.get("token"):
        return redirect(url_for("corrections.sign", n=n), 303)
    return _sent(asked.here, n, why=asked.way.value)


def signed(flow: Mapping[str, Any], signature: Signature) -> Any:
    """Back with a signature. A reload sends nothing again."""
    here = shell.world()
    assert here is not None
    n, tag = flow["case"], flow["tag"]
    case, draft = here.case(n), outbox.draft_of(here.context, here.id, n)
    to_case = signing.in_language(tag, url_for("cases.one", n=n))
    if case is None or draft is None or draft.ready:
        return redirect(to_case, 303)
    if draft.transaction != flow["transaction"]:
        flash(_(OTHER_ANSWER), "warning")
        return redirect(signing.in_language(tag, url_for("corrections.form", n=n)), 303)
    return _sent(here, n, transaction=flow["transaction"], proof=signature.as_dict(), tag=tag)


def not_signed(flow: Mapping[str, Any], why: str) -> Any:
    """Back without one: to the answer, which is still there; where the certificate is no use any more, to the page that says so."""
    here = shell.world()
    assert here is not None
    n = flow["case"]
    if why in WHY:
        outbox.stop(here.context, here.id, n, why)
        return redirect(signing.in_language(flow["tag"], url_for("corrections.sign", n=n)), 303)
    title, _body = signing.FAILURES.get(why, signing.OTHER)
    flash(_("{what}。訂正は送っていません。入れた答えは残っています", what=_(title)), "warning")
    return redirect(signing.in_language(flow["tag"], url_for("corrections.form", n=n)), 303)


def down(n: int) -> Any:
    """The identity provider does not answer."""
    body = ["模擬 デジタル認証アプリから返事がありません。訂正は送っていません。入れた答えは残っています。"]
    ways = [
        (_("もう一度、署名に進む"), url_for("corrections.sign", n=n)),
        (_("手続に戻る"), url_for("cases.one", n=n)),
    ]
    return page(503, _("いまは署名できません"), body, ways)


# --- to the office --------------------------------------------------------------------------------------------------------
def _sent(here: World, n: int, *, tag: str = "", **how: Any) -> Any:
    """Store the answer as it goes, enter it among the journey's facts, and deliver. ``how``: see `outbox.finish`."""
    case, draft = here.case(n), outbox.draft_of(here.context, here.id, n)
    if case is not None and draft is not None and not draft.ready:
        _enter(here, case, draft)
        if outbox.finish(here.context, here.id, n, **how):
            here.deliver()
            _say(here, n)
    left = outbox.draft_of(here.context, here.id, n)
    target = "corrections.sign" if left is not None and not left.ready else "cases.one"
    return redirect(signing.in_language(tag, url_for(target, n=n)) if tag else url_for(target, n=n), 303)


def _enter(here: World, case: CaseView, draft: Draft) -> None:
    journey = here.journey(case.journey)
    if journey is None or draft.keep:
        return
    for text, value in draft.facts.items():
        item = journey.plan.item(key_of(text))
        if item is not None:
            journey.answer({key_of(text): from_json(item, value)})


def _say(here: World, n: int) -> None:
    """What became of it, for the next page."""
    left = outbox.draft_of(here.context, here.id, n)
    if left is None:
        flash(_("訂正を送りました"), "done")
    elif left.ready:
        flash(_("訂正を預かりました。窓口から返事があるまで、自動で送り続けます"), "warning")
    elif left.stopped not in WHY:
        flash(_(REFUSED), "warning")
