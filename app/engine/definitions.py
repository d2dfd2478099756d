"""Models of what stands in ``procedures/``: procedures, authorities, sources; life events are in ``life_events.py``. Frozen, checked, one meaning a field.

``library.py`` reads the files and joins the models to one ``Library``; ``planner.py`` works on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from app.engine.vocabulary import Model, wrong

Mode = Literal["online", "visit", "mail", "automatic"]
ReplacedBy = Literal["register", "signature", "fact", "photo", "partner", "stays", "none"]
"""What replaces a document of the paper world. partner: whoever makes it (an employer) sends it, asked by the procedure of `from:`."""


class Clause(Model):
    """One condition with its reasons in words."""

    condition: str = Field(alias="if")
    because: str
    otherwise: str


class Due(Model):
    """A deadline as the law states it. ``start`` is a date item (`move.date`); numbers are days, months or years from it.

    ``remedy``: what to do instead once the last day has passed and nobody can file any more; empty where one still can.
    ``lapses``: what is no longer valid from the next day on where nothing was filed.
    """

    kind: Literal["duty", "window", "prescription", "advice"]
    start: str | None = Field(default=None, alias="from")
    days: int | None = None
    months: int | None = None
    years: int | None = None
    first_day: Literal["excluded", "included"] = "excluded"
    opens: int | None = None
    closed_day: Literal["next_open_day", "none"] | None = None
    lost: str = ""
    counting: str = ""
    note: str = ""
    remedy: str = ""
    lapses: Literal["card"] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Due:
        lengths = [n for n in (self.days, self.months, self.years) if n is not None]
        if len(lengths) > 1:
            raise wrong("期限の長さが2つあります", "days・months・years はどれか1つだけ書いてください")
        if lengths and self.start is None:
            raise wrong("期限を数える始まりがありません", "from: に日付の項目を書いてください（例 from: move.date）")
        if not lengths and not self.note:
            raise wrong(
                "期限の日数も、いつまでかの説明もありません", "days: を書くか、note: にいつまでかを文で書いてください"
            )
        if lengths and self.kind != "advice" and not self.lost:
            raise wrong("期限を過ぎるとどうなるかがありません", "lost: に、過ぎると何を失うかを文で書いてください")
        if (self.remedy or self.lapses) and not lengths:
            raise wrong("期限の日数がありません", "remedy: と lapses: は、days: など期限の長さがあるときだけ書けます")
        return self


class Trap(Model):
    """A further day after which something is lost, however the deadline itself is met.

    ``lapses``: what is no longer valid from the next day on, unless the procedure ``unless`` was filed by then.
    """

    start: str = Field(alias="from")
    days: int
    lost: str
    lapses: Literal["card"] | None = None
    unless: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> Trap:
        if (self.lapses is None) != (self.unless is None):
            raise wrong(
                "何が使えなくなり、何を出せばそうならないかがそろっていません",
                "lapses: と unless: は、両方書くか、どちらも書かないでください",
            )
        return self


class OnlineWindow(Model):
    """Days relative to the start of the deadline between which the law allows filing online."""

    first: int = Field(alias="from")
    last: int = Field(alias="to")
    otherwise: str


class ChannelException(Model):
    """When another way of filing applies, and why."""

    when: str
    mode: Mode
    reason: str


class Channel(Model):
    """How a procedure is filed today, with the reason where it is not online."""

    mode: Mode
    reason: str = ""
    unless: tuple[ChannelException, ...] = ()

    @model_validator(mode="after")
    def _reasoned(self) -> Channel:
        if self.mode in ("visit", "mail") and not self.reason:
            raise wrong("窓口や郵便で出す理由がありません", "reason: に、なぜオンラインで出せないかを書いてください")
        return self


class Need(Model):
    """An item the office needs, perhaps only in some cases."""

    item: str
    when: str | None = None


class Evidence(Model):
    """A document of the paper world and what replaces it, or why it stays. ``made_by`` (`from:`): the procedure that asks a partner for it."""

    document: str
    replaced_by: ReplacedBy
    held_by: str | None = Field(default=None, alias="register")
    made_by: str | None = Field(default=None, alias="from")
    when: str | None = None
    note: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Evidence:
        if (self.replaced_by == "register") != (self.held_by is not None):
            raise wrong(
                "replaced_by と register が合っていません",
                "台帳が代わりになるときだけ、replaced_by: register と register: を両方書いてください",
            )
        if (self.replaced_by == "partner") != (self.made_by is not None):
            raise wrong(
                "replaced_by と from が合っていません",
                "作る人に頼む書類のときだけ、replaced_by: partner と、頼む手続の from: を両方書いてください",
            )
        if self.replaced_by == "stays" and not self.note:
            raise wrong("書類が残る理由がありません", "note: に、なぜ書類が残るかを書いてください")
        return self


class Effect(Model):
    """What changes in a register, or to a certificate, when the procedure is completed.

    ``set`` gives items new values; ``add`` and ``remove`` change who or what is in a list item (a birth, a death).
    """

    subject: str
    held_by: str | None = Field(default=None, alias="register")
    set: Mapping[str, Any] = Field(default_factory=dict)
    add: Mapping[str, str] = Field(default_factory=dict)
    remove: Mapping[str, str] = Field(default_factory=dict)
    certificate: Literal["signing"] | None = None
    action: Literal["revoke"] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Effect:
        if (self.held_by is None) == (self.certificate is None):
            raise wrong(
                "何が変わるかが決まりません",
                "register: と set: か、certificate: と action: のどちらか一組を書いてください",
            )
        changes = bool(self.set or self.add or self.remove)
        if (self.certificate is None) != (self.action is None) or (self.held_by is None) == changes:
            raise wrong(
                "変わることの書き方が足りません",
                "register: には set:・add:・remove: のどれかを、certificate: には action: を一緒に書いてください",
            )
        return self


class Pays(Model):
    """Regular payments: the months in which they are made, the day of the month (the open day before it, where banks are closed)."""

    months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = Field(min_length=1)
    day: int = Field(ge=1, le=28)


class Lifecycle(Model):
    """What the office does: processing time in days from receipt, an item it may ask to correct, the final words, what it pays after.

    ``allocation``: the table (``procedures/allocations``) by which it gives places; who gets none waits and is looked at again each month.
    """

    days: tuple[int, int]
    working_days: bool = True
    correction: str | None = None
    done: str
    pays: Pays | None = None
    allocation: str | None = None


class Paper(Model):
    """The procedure as it is on paper today: form fields, documents, visits, minutes."""

    fields: int
    documents: int
    visits: int
    minutes: int


class Made(Model):
    """A document that whoever receives the procedure makes, to go with others.

    ``tells``: which items of ``each`` it tells, and where they stand in it (`6 就労時間（固定就労の場合）/月間の時間`).
    """

    document: str
    tells: Mapping[str, str] = Field(default_factory=dict)


class Valid(Model):
    """When the definition is law. Open ends are None."""

    first: date | None = Field(default=None, alias="from")
    last: date | None = Field(default=None, alias="to")

    def on(self, day: date) -> bool:
        """Whether the definition is law on a day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


class Sources(Model):
    """Where the statements come from, and which of them were not verified."""

    checked: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _some(self) -> Sources:
        if not self.checked and not self.unverified:
            raise wrong(
                "出典がありません",
                "checked: に sources.yaml の id を書くか、unverified: に確かめていない点を書いてください",
            )
        return self


class Procedure(Model):
    """One legal or private act, as DESIGN section 4 describes it. Texts are Japanese source strings.

    ``signed_by: each``, only beside ``for_each``: whom the instance is about signs it, with their own card and in a session of their own;
    the applicant signs no more than the instance about themselves. Without it the applicant signs all instances. Where the channel is a
    counter, nobody signs beforehand. A private notice is not signed unless this says so.
    """

    id: str
    title: str
    summary: str
    event: str
    stage: str
    authority: str
    who: str
    law: str
    private: bool = False
    cleared: bool | None = None  # may see withheld facts; by default public offices may, private companies may not
    for_each: str | None = None
    signed_by: Literal["each"] | None = None
    also_for: str | None = (
        None  # people of a list role whose part the applicant files as well, though no record of theirs changes here
    )
    applies: tuple[str | Clause, ...] = Field(min_length=1)
    due: Due
    traps: tuple[Trap, ...] = ()
    online_window: OnlineWindow | None = None
    channel: Channel
    needs: tuple[str | Need, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    after: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    amounts: tuple[str, ...] = ()  # what the law works out for this family (`birth.child_allowance_month`)
    makes: Made | None = None
    lifecycle: Lifecycle
    paper: Paper
    before_filing: tuple[str, ...] = ()  # what filing itself sets off and cannot be undone: told before the signature
    cautions: tuple[str, ...] = ()
    valid: Valid = Valid()
    sources: Sources

    @model_validator(mode="after")
    def _somebody_signs(self) -> Procedure:
        if self.signed_by is not None and self.for_each is None:
            raise wrong("だれが署名するかが決まりません", "signed_by: each は、for_each: と一緒に書いてください")
        if self.signed_by is not None and self.lifecycle.correction is not None:
            raise wrong(
                "訂正にだれが署名するかが決まりません",
                "signed_by: each の手続には、lifecycle の correction: を書かないでください",
            )
        return self

    @property
    def sees_withheld(self) -> bool:
        """Whether facts under a protection measure may go to its office."""
        return not self.private if self.cleared is None else self.cleared


class Counter(Model):
    """Where people go, when, and whom to ring. All fictional."""

    place: str
    hours: str
    phone: str


class Authority(Model):
    """An office or company that receives procedures."""

    id: str
    name: str
    kind: str
    code: str | None = None  # municipality code
    prefecture: str | None = None
    counter: Counter | None = None
    closed: str | None = None


class Source(Model):
    """A place where a statement can be read."""

    title: str
    publisher: str = ""
    url: str = ""
    checked: date | None = None
