"""Where the link of somebody who is asked to sign leads: what is asked, yes with their own card, or no. Another browser, without a world.

Nothing of the applicant's world is shown but the application that the link is about, and nothing is kept in this browser but the digest of
the link's token.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, session, url_for

from app import i18n
from app.engine.facts import Key
from app.engine.values import from_json
from app.formats import full_date
from app.gateway.base import ServiceDown
from app.gateway.mynumber import Signature
from app.i18n import current_tag, gettext
from app.i18n import gettext as _
from app.web import caseviews, shell, signing, words
from app.web.errors import page as error_page
from app.web.signing import NotSigned, in_language
from app.world import invitations
from app.world.applications import key_of
from app.world.devices import digest
from app.world.invitations import Asked, Ended, WrongSigner
from app.world.journeys import Journey
from app.world.views import CaseView

blueprint = Blueprint("confirm", __name__)
LINK, DONE, FLOW = "confirming", "confirmed", "confirm_flow"

STOPPED = {
    "expired": ("このリンクは、期限が過ぎました", "頼んだ人に、新しいリンクを作ってもらってください。"),
    "signed": ("もう署名が済んでいます", "同じリンクで、2回は署名できません。"),
    "refused": ("同意しないと伝えました", "考えが変わったときは、頼んだ人に、新しいリンクを作ってもらってください。"),
    "counter": ("窓口で確かめることになりました", "このリンクでは署名しません。"),
    "gone": ("頼みは取り下げられました", "署名することは、ありません。"),
}
NO_LINK = (
    "リンクが見つかりません",
    "アドレスが途中で切れているか、新しいリンクに変わりました。頼んだ人に聞いてください。",
)


@blueprint.after_request
def _hidden(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex"
    return response


# --- what is asked ----------------------------------------------------------------------------------------------------------------
@blueprint.get("/confirm/<token>")
def arrive(token: str) -> Any:
    """From the link to an address without the token. Nothing is used up: programs that look at links in advance do no harm."""
    session[LINK] = digest(token)
    return redirect(url_for("confirm.page"), 303)


def _asked() -> Asked | None:
    return invitations.look_up(shell.context(), session.get(LINK, ""))


@blueprint.get("/confirm")
def page() -> Any:
    """Who asks for what, the facts that are signed, and both ways on."""
    asked = _asked()
    if asked is None or asked.invitation.standing != "open":
        return _stopped(asked)
    return render_template("confirm/page.html", **_content(asked))


@blueprint.route("/confirm/no", methods=["GET", "POST"])
def refuse() -> Any:
    """Say no, after a look at what that means. No reason is asked."""
    asked = _asked()
    if asked is None or asked.invitation.standing != "open":
        return _stopped(asked)
    if request.method == "GET":
        return render_template("confirm/no.html", **_content(asked))
    try:
        invitations.refuse(shell.context(), session[LINK])
    except Ended:
        return _stopped(_asked())
    return redirect(url_for("confirm.page"), 303)


def _stopped(asked: Asked | None) -> Any:
    """The link leads no further; what one can do, and where to ask."""
    if asked is not None and asked.invitation.standing == "signed" and session.get(DONE) == session.get(LINK):
        return redirect(url_for("confirm.done"), 303)
    title, body = STOPPED[asked.invitation.standing] if asked else NO_LINK
    sentences = [body]
    if asked is not None and asked.invitation.standing in ("expired", "refused", "counter"):
        sentences += _where_to_ask(asked)
    return error_page(410, _(title), sentences, [(_("ひとまどのホームへ"), url_for("home.home"))])


def _where_to_ask(asked: Asked) -> list[str]:
    office = asked.world.context.library.authorities.get(asked.application["authority"])
    if office is None or office.counter is None:
        return []
    place, hours, phone = gettext(office.counter.place), gettext(office.counter.hours), office.counter.phone
    return [_("聞くところ：{place}（電話 {phone}、{hours}）", place=place, phone=phone, hours=hours)]


def _content(asked: Asked) -> dict[str, Any]:
    """What the pages show: the applicant's name, the definition's words, and the facts of this one application."""
    case, journey = _case(asked)
    definition, event = caseviews.definition(asked.world, case), journey.event.definition
    until = asked.invitation.expires_on
    return {
        "asker": words.name_of(journey, journey.facts.roles["applicant"]),
        "you": words.name_of(journey, asked.invitation.subject),
        "title": gettext(definition.title),
        "summary": gettext(definition.summary),
        "office": caseviews.office(asked.world, case),
        "cautions": [gettext(one) for one in (*definition.before_filing, *definition.cautions)],
        "law": definition.law,
        "groups": _facts(journey, asked),
        "until": full_date(until, current_tag()) if until else "",
        "today": full_date(asked.world.today, current_tag()),
        "where": _where_to_ask(asked),
        "event_tone": event.tone,
    }


def _case(asked: Asked) -> tuple[CaseView, Journey]:
    case = asked.world.case(asked.invitation.case)
    assert case is not None
    journey = asked.world.journey(case.journey)
    assert journey is not None
    return case, journey


def _facts(journey: Journey, asked: Asked) -> list[dict[str, Any]]:
    """The facts of an application, in groups by whom or what they are about. A person whose name does not stand in it is not named."""
    facts: dict[Key, Any] = {key_of(text): value for text, value in asked.application["facts"].items()}
    groups: dict[str, list[dict[str, Any]]] = {}
    for key, value in facts.items():
        item = journey.plan.item(key)
        if item is None:
            continue
        points = item.type in ("person", "subjects")
        lines = _named(facts, value) if points else words.lines(journey, key, from_json(item, value))
        groups.setdefault(key[0], []).append({"name": gettext(item.label), "lines": lines})
    return [{"who": _heading(journey, asked, facts, subject), "rows": rows} for subject, rows in groups.items()]


def _named(facts: Mapping[Key, Any], value: Any) -> list[str]:
    names = [facts.get((one, "name")) for one in ([value] if isinstance(value, str) else value or [])]
    return [_("{name}さん", name=name) if name else _("名前は、この手続に入っていません") for name in names] or [
        _("ありません")
    ]


def _heading(journey: Journey, asked: Asked, facts: Mapping[Key, Any], subject: str) -> str:
    if subject == asked.invitation.subject:
        return _("あなた")
    kind = journey.event.vocabulary.kinds[journey.facts.kinds[subject]]
    name = facts.get((subject, kind.named_by)) if kind.named_by else None
    if name and kind.kind == "person":
        return _("{name}さん", name=name)
    return str(name or gettext(kind.label))


# --- the signature ----------------------------------------------------------------------------------------------------------------
@blueprint.post("/confirm")
def start() -> Any:
    """Announce what is signed, and send the browser to the identity provider, where the card of whom it is about is expected."""
    asked = _asked()
    if asked is None or asked.invitation.standing != "open":
        return _stopped(asked)
    content, link = _content(asked), session[LINK]
    title = _("{event}：{title}", event=_event(asked), title=content["title"])
    other = signing.Other(asked.world, _known(asked), FLOW, "/confirm/return")
    try:
        return signing.go(
            asked.digest,
            title,
            [(content["office"], content["title"])],
            lambda transaction: invitations.begin(shell.context(), link, transaction),
            other=other,
            link=link,
        )
    except Ended:
        return _stopped(_asked())
    except ServiceDown:
        return _down()


def _known(asked: Asked) -> str | None:
    """Whom a register has told of; None for somebody whom the applicant has named."""
    subject = asked.invitation.subject
    return None if _case(asked)[1].added.get(subject, {}).get("source") == "citizen" else subject


def _event(asked: Asked) -> str:
    return gettext(_case(asked)[1].event.definition.title)


@blueprint.get("/confirm/return")
def come_back() -> Any:
    """Fetch the signature, check whose it is, let the case go. A reload signs nothing again."""
    flow = session.pop(FLOW, None)
    if flow is None:
        return redirect(url_for("confirm.page"), 303)
    i18n.use(flow["tag"], session.get("furigana") == "on")
    session[LINK] = flow["link"]
    asked = _asked()
    if asked is None or asked.invitation.standing != "open":
        return _stopped(asked)
    try:
        return _file(asked, flow, signing.signature_of(flow, asked.world))
    except NotSigned as stopped:
        return _failed(asked, flow, signing.FAILURES.get(stopped.why, signing.OTHER))
    except ServiceDown:
        return _down()


def _file(asked: Asked, flow: Mapping[str, str], signature: Signature) -> Any:
    """Keep the signature with the case and send that, if it is the right person's."""
    _unused, journey = _case(asked)
    subject = asked.invitation.subject
    name, born = journey.name_of(subject), journey.facts.get((subject, "birth_date"))
    try:
        if not name or born is None:  # nobody could be told apart
            raise WrongSigner
        invitations.sign(shell.context(), flow["link"], flow["transaction"], signature, name, born.value)
    except WrongSigner:
        body = _("{who}のカードで署名してください。ほかの人の署名では出せません。", who=words.name_of(journey, subject))
        return _failed(asked, flow, (_("ほかの人の署名でした"), body))
    except Ended:
        return _stopped(_asked())
    session[DONE] = flow["link"]
    asked.world.deliver()
    return redirect(in_language(flow["tag"], url_for("confirm.done")), 303)


def _failed(asked: Asked, flow: Mapping[str, str], why: tuple[str, str]) -> Any:
    href = in_language(flow["tag"], url_for("confirm.page"))
    return render_template(
        "confirm/failed.html", headline=_(why[0]), body=_(why[1]), again=href, **_content(asked)
    ), 422


def _down() -> Any:
    body = ["模擬 デジタル認証アプリから返事がありません。まだ署名していません。"]
    return error_page(503, _("いまは署名できません"), body, [(_("もう一度ためす"), url_for("confirm.page"))])


# --- afterwards -------------------------------------------------------------------------------------------------------------------
@blueprint.get("/confirm/done")
def done() -> Any:
    """The receipt, for the browser that signed: this one case and nothing else."""
    asked = _asked()
    if asked is None or asked.invitation.standing != "signed" or session.get(DONE) != session.get(LINK):
        return redirect(url_for("confirm.page"), 303)
    case, _journey = _case(asked)
    at = asked.invitation.settled_at
    return render_template(
        "confirm/done.html",
        number=case.arrival_number,
        state=caseviews.state_words(case),
        signed=full_date(at.date(), current_tag()) if at else "",
        signed_iso=at.date().isoformat() if at else "",
        **_content(asked),
    )
