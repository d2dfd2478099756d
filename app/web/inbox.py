"""Letters of offices, in order of need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, render_template, url_for

from app.formats import full_date
from app.i18n import current_tag
from app.i18n import gettext as _
from app.web import caseviews, deadlineviews, shell
from app.web.words import name_of
from app.world import invitations
from app.world.views import LetterView
from app.world.worlds import World

blueprint = Blueprint("inbox", __name__)

SUBJECTS = {
    "correction_requested": "{title}: 訂正のお願い",
    "visit_needed": "{title}: 窓口へ来てください",
    "completed": "{title}が終わりました",
    "rejected": "{title}は認められませんでした",
    "paid": "{title}: 支払いがありました",
    "waitlisted": "{title}: 保留になりました",
    "expired": "{title}は期限が過ぎて終わりました",
    "refused": "{title}は受け取られませんでした",
    invitations.SIGNED: "{title}: 署名されました",
    invitations.DECLINED: "{title}: 同意しないという返事がありました",
}
ANSWERS = {
    invitations.SIGNED: "頼んだ人が、自分のカードで署名しました。全員の署名がそろうと、次の手続に進みます。",
    invitations.DECLINED: "頼んだ人は、同意しないと答えました。話し合ってから新しいリンクを渡すか、弁護士や家庭裁判所に相談できます。",
}


def subject(world: World, letter: LetterView) -> str:
    """What a letter is about."""
    case = world.case(letter.case)
    assert case is not None
    return _(SUBJECTS[letter.kind], title=caseviews.title(world, case))


def sender(world: World, letter: LetterView) -> str:
    """The office that wrote, or the one who was asked to sign."""
    case = world.case(letter.case)
    assert case is not None
    journey = world.journey(case.journey)
    if letter.kind in ANSWERS and journey is not None:
        return name_of(journey, case.subject)
    return caseviews.office(world, case)


@blueprint.get("/inbox")
@shell.personal
def list_letters() -> Any:
    """All letters: those that need something first."""
    here = shell.world()
    assert here is not None
    here.deliver()
    letters = here.letters()
    ours = deadlineviews.letters(here)
    tag = current_tag()
    rows = [
        {
            "id": f"letter-{letter.n}",
            "name": ours[letter.n].subject if letter.n in ours else subject(here, letter),
            "href": url_for("inbox.read", n=letter.n),
            "action": (open_ := letter.needs_action and _open(here, letter, ours)),
            "mark": _("要対応") if open_ else None,
            "meta": [
                ours[letter.n].sender if letter.n in ours else sender(here, letter),
                full_date(letter.at.date(), tag),
                _("読みました") if letter.read else _("まだ読んでいません"),
            ],
        }
        for letter in letters
    ]
    unread = sum(1 for letter in letters if not letter.read)
    return render_template(
        "inbox/list.html",
        action=[r for r in rows if r["action"]],
        news=[r for r in rows if not r["action"]],
        unread=unread,
    )


def _open(here: World, letter: LetterView, ours: Mapping[int, deadlineviews.DeadlineLetter]) -> bool:
    """Whether what a letter asks for is still to be done."""
    if letter.n in ours:
        return ours[letter.n].open
    case = here.case(letter.case)
    if case is not None and letter.kind in ANSWERS:
        answers = {one.case: one.standing for one in invitations.asked(here, case.journey)}
        return letter.kind == invitations.DECLINED and answers.get(case.n) == "refused"
    return case is not None and case.turn == "citizen"


@blueprint.get("/inbox/<int:n>")
@shell.personal
def read(n: int) -> Any:
    """One letter: in our words, what to do, the office's own words."""
    here = shell.world()
    assert here is not None
    letter = next((one for one in here.letters() if one.n == n), None)
    ours = deadlineviews.letters(here)
    if n in ours:
        here.mark_read(n)
        return ours[n].page()
    case = here.case(letter.case) if letter else None
    if letter is None or case is None:
        abort(403)
    here.mark_read(n)
    return render_template(
        "inbox/letter.html",
        letter=letter,
        subject=subject(here, letter),
        sender=sender(here, letter),
        case=case,
        headline="" if letter.kind in ANSWERS else caseviews.headline(case),
        answer=ANSWERS.get(letter.kind, ""),
        todo=url_for("signers.page", n=case.journey) if letter.kind in ANSWERS else url_for("cases.one", n=case.n),
        date=full_date(letter.at.date(), current_tag()),
        open=_open(here, letter, ours),
    )
