"""What goes in and out over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.services.account import yucho
from app.services.account.bank import Result
from app.services.account.banks import BANKS, TYPES, YUCHO, Account
from app.services.account.book import Book, Registration
from app.services.account.consents import Answer
from app.services.account.letters import Payment
from app.services.account.routes import OtherRoute
from app.services.simcore.problems import Problem

Code4 = Annotated[str, Field(pattern=r"^[0-9]{4}$")]
Code3 = Annotated[str, Field(pattern=r"^[0-9]{3}$")]
Number = Annotated[str, Field(pattern=r"^[0-9]{7}$")]
Type = Literal["1", "2", "4"]
SUBJECT = r"^[A-Za-z0-9_-]{1,40}$"
LINE = r"^[^\x00-\x1f]*$"  # one line of text
Subject = Annotated[str, Field(pattern=SUBJECT)]
Name = Annotated[str, Field(min_length=1, max_length=120, pattern=LINE)]
Office = Annotated[str, Field(min_length=1, max_length=80, pattern=LINE)]
_POSTAL = {
    "symbol": "記号が正しくありません。通帳の5桁の記号を入力してください。",
    "number": "番号が正しくありません。通帳の番号を入力してください。",
}


class Shape(BaseModel):
    """Nothing but the named fields."""

    model_config = ConfigDict(extra="forbid")


class AccountInput(Shape):
    """An account: `bank`, `branch`, `type` (1 普通, 2 当座, 4 貯蓄) and `number`; or 記号 and 番号 of the postal bank."""

    bank: Code4 | None = None
    branch: Code3 | None = None
    type: Type | None = None
    number: Number | None = None
    symbol: Annotated[str, Field(pattern=r"^[0-9]{5}$")] | None = None
    postal_number: Annotated[str, Field(pattern=r"^[0-9]{1,8}$")] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        codes = (self.bank, self.branch, self.type, self.number)
        postal = (self.symbol, self.postal_number)
        whole = (all(codes) and not any(postal)) or (all(postal) and not any(codes))
        if not whole:
            raise ValueError("bank, branch, type and number; or symbol and postal_number")
        return self

    def account(self) -> Account:
        """With codes; `Problem` 422 where 記号 or 番号 cannot be."""
        if self.symbol is None or self.postal_number is None:
            return Account(self.bank or "", self.branch or "", self.type or "", self.number or "")
        try:
            return Account(YUCHO, *yucho.transfer_form(self.symbol, self.postal_number))
        except yucho.NotYucho as error:
            title = "This is no 記号 or 番号."
            raise Problem(422, "account-refused", title, _POSTAL[error.field], reason=error.field) from error


class RegistrationInput(AccountInput):
    """`holder_kana`: the account's name as it was typed in; left out: the person's own kana."""

    holder_kana: Name | None = None


class AccountOut(BaseModel):
    """An account with names. `text`: as the site shows it; `symbol`, `postal_number`: at the postal bank."""

    bank: str
    bank_name: str
    branch: str
    branch_name: str
    type: str
    type_name: str
    number: str
    symbol: str | None
    postal_number: str | None
    text: str


class RegistrationOut(BaseModel):
    """What is registered. `state`: valid | invalid; `reason` of the latter: closed, frozen, old_name, kana_mismatch, not_found, merged."""

    state: str
    reason: str | None
    account: AccountOut
    holder_kana: str
    route: str
    at: str


def shown(book: Book, account: Account) -> AccountOut:
    """An account with the names of its bank and branch."""
    text = book.text(account)
    symbol, number = None, None
    if account.bank == YUCHO and yucho.is_branch(account.branch):
        symbol, number = yucho.symbol_form(account.branch, account.number)
    return AccountOut(
        bank=account.bank, bank_name=BANKS[account.bank].name, branch=account.branch, branch_name=text.split(" ")[1], type=account.type,
        type_name=TYPES[account.type], number=account.number, symbol=symbol, postal_number=number, text=text,
    )  # fmt: skip


def registration_out(book: Book, one: Registration) -> dict[str, Any]:
    """A registration as data. There must be an account."""
    assert one.account is not None
    return RegistrationOut(
        state=one.state, reason=one.reason, account=shown(book, one.account), holder_kana=one.kana or "", route=one.route or "", at=one.at
    ).model_dump()  # fmt: skip


class ChangeOut(BaseModel):
    """What became of a registration. `what`: registered | changed | erased | corrected | invalidated | restored | refused."""

    at: str
    what: str
    route: str
    route_name: str
    account: str | None
    reason: str | None


class InquiryShown(BaseModel):
    """Who asked. `outcome`: as `payment` of the answer to the office."""

    at: str
    who: str
    purpose: str
    purpose_name: str
    legal_basis: str
    benefit: str | None
    application: str | None
    consent: int | None
    outcome: str


class HistoryOut(BaseModel):
    """Of one person, in order."""

    registrations: list[ChangeOut]
    inquiries: list[InquiryShown]


class NoticeOut(BaseModel):
    """`code`: 01 own matter, 17, 18, 19 corrected after a merger, 20 of no use any more, 21 of use again."""

    at: str
    code: str
    text: str


class ConsentInput(Shape):
    """A question of an office. `purpose`: a code of `GET /purposes`; `until`: the last day for an answer."""

    person: Subject
    authority: Office
    purpose: Annotated[str, Field(max_length=40)]
    benefit: Name
    until: date


class ConsentAnswer(Shape):
    """What the person says."""

    answer: Answer


class ConsentOut(BaseModel):
    """A question. `state`: asked | agreed | refused | expired."""

    id: int
    authority: str
    purpose: str
    purpose_name: str
    benefit: str
    asked: str
    until: str
    state: str
    answered: str | None


class InquiryInput(Shape):
    """What an office asks, and why. `application`: arrival number of an application in which the person chose the registered account;
    `consent`: number of a question that was agreed to; `amount`: yen, for a line of a transfer file."""

    person: Subject
    authority: Office
    purpose: Annotated[str, Field(max_length=40)]
    legal_basis: Annotated[str, Field(min_length=1, max_length=300, pattern=LINE)]
    benefit: Name | None = None
    application: Annotated[str, Field(min_length=1, max_length=40, pattern=LINE)] | None = None
    consent: Annotated[int, Field(ge=1, le=10**9)] | None = None
    amount: Annotated[int, Field(ge=1, le=9_999_999_999)] | None = None


class InquiryOut(BaseModel):
    """`payment`: chosen | agreed (then `account` is told) | ask_first | refused | not_usable (`reason`) | not_registered.

    `account`: the block 公的給付支給等口座情報 of self-information 89. `transfer_record`: 120 bytes of 総合振込. `protected`: 支援措置: tell nobody else of
    the household, neither the bank nor the branch.
    """

    as_of: str
    payment: str
    reason: str | None
    account: dict[str, str] | None
    transfer_record: str | None
    protected: bool


class RouteInput(AccountInput):
    """A registration by another way than the portal. `days`: until it is completed, in place of the route's own time."""

    person: Subject
    route: OtherRoute
    days: Annotated[int, Field(ge=0, le=365)] | None = None


class RouteOut(BaseModel):
    """`state`: pending | completed | refused (`reason`)."""

    id: int
    person: str
    route: str
    received: str
    due: str
    state: str
    reason: str | None


class LetterInput(AccountInput):
    """To whom a letter goes. The account is the one of the pension; `payment`: what became of it."""

    person: Subject
    payment: Payment


class LetterOut(BaseModel):
    """A letter. `due`: when the account is registered without a postcard; `state`: sent | objected | registered | stopped."""

    id: int
    sent: str
    due: str
    state: str
    reason: str | None
    account: str


class NameCheckInput(AccountInput):
    """What a bank is asked. `former_kana`: names of before, as the resident record has them."""

    holder_kana: Name
    former_kana: Annotated[list[Name], Field(max_length=10)] = []


class NameCheckOut(BaseModel):
    """The bank's word. `compared`: the name in transfer letters as it was compared, null where it cannot be written so."""

    result: Result
    compared: str | None
