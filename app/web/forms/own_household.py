"""The form in which a visitor makes up a household."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from app import mynumber_guard
from app.i18n import gettext as _
from app.web.forms import fields
from app.world import own_choices as own
from app.world.own_choices import Choices

Options = list[tuple[str, str, dict[str, Any]]]


class Age(fields.Answer):
    """An age in whole years, within bounds; 「歳」 may stand behind it. ``name_of``: the label without its unit."""

    inputmode, width = "numeric", 4

    def __init__(self, *args: Any, name_of: str, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(*args, ask_for=_("「{label}」を入力してください", label=name_of), **kwargs)
        self.name_of, self.least, self.most = name_of, least, most

    def read(self, text: str) -> int:
        plain = unicodedata.normalize("NFKC", text).rstrip("歳").strip()
        if not re.fullmatch("[0-9]{1,3}", plain) or not self.least <= int(plain) <= self.most:
            raise ValidationError(
                _(
                    "「{label}」は、{least}から{most}までの数字で入力してください",
                    label=self.name_of,
                    least=self.least,
                    most=self.most,
                )
            )
        return int(plain)


class Things(fields.Choices):
    """Any number of several, none too."""

    def pre_validate(self, form: Any) -> None:
        """What is not on the list is left out: there is nothing to correct."""
        self.data = list(self.answer)


class OwnHouseholdForm:
    """``posted``: what was sent, None to show ``known`` (``Choices.as_json``) or nothing. Template names: the fields' names."""

    def __init__(self, posted: Any = None, known: Mapping[str, Any] | None = None) -> None:
        self.posted = posted
        self.form = BaseForm(_specs())
        self.form.process(posted, data=_shown(known) if posted is None and known else None)

    def __getitem__(self, name: str) -> Any:
        return self.form[name]

    @property
    def children(self) -> list[Any]:
        """The fields for the children's ages, in order."""
        return [self.form[f"child{place}"] for place in range(1, own.CHILDREN + 1)]

    def validate(self) -> bool:
        """Whether a household can be made. Raises `RealNumber` when anything typed holds a legally valid My Number."""
        mynumber_guard.refuse(text for name in self.posted for text in self.posted.getlist(name))
        self.form.validate()
        self._compare()
        return not self.errors()

    def _compare(self) -> None:
        """What fits alone, but not together."""
        age = self.form["age"]
        if age.errors:
            return
        for child in self.children:
            if not child.errors and child.data is not None and not own.fits_child(age.data, child.data):
                text = _(
                    "「{label}」を、あなたより{least}歳から{most}歳まで下の年齢にしてください",
                    label=child.name_of,
                    least=own.NEAREST,
                    most=own.FARTHEST,
                )
                child.errors = [text]
        if self.form["work"].data == "pension" and age.data < own.PENSION_FROM:
            text = _("「年金で暮らしている」は{n}歳から選べます。年齢か仕事を直してください", n=own.PENSION_FROM)
            self.form["work"].errors = [text]

    def errors(self) -> list[tuple[str, str]]:
        """(id of the input, text), in page order."""
        return [(field.target, str(field.errors[0])) for field in self.form if field.errors]

    def choices(self) -> Choices:
        """Only after `validate`."""
        found = self.form
        return Choices(
            age=found["age"].data,
            partner=found["partner"].answer,
            children=tuple(child.data for child in self.children if child.data is not None),
            work=found["work"].data,
            things=found["things"].answer,
            nationality=found["nationality"].data,
            card=found["card"].data,
        )


def _shown(known: Mapping[str, Any]) -> dict[str, Any]:
    return {**known, **{f"child{place}": age for place, age in enumerate(known["children"], start=1)}}


def _specs() -> dict[str, Any]:
    partner: Options = [
        ("yes", _("はい、配偶者と暮らしています"), {}),
        ("no", _("いいえ、配偶者はいません"), {}),
    ]
    work: Options = [
        ("employee", _("会社員"), {}),
        ("self_employed", _("自営業"), {}),
        ("none", _("働いていない"), {}),
        ("pension", _("年金で暮らしている"), {"hint": _("{n}歳から選べます。", n=own.PENSION_FROM)}),
    ]
    nationality: Options = [
        ("japan", _("日本"), {}),
        ("other", _("日本以外"), {"hint": _("家族全員に、ローマ字の名前と在留カードがあります。")}),
    ]
    card: Options = [
        ("valid", _("使える"), {}),
        ("signing_expired", _("署名用の電子証明書の期限が切れている"), {}),
        ("none", _("カードを持っていない"), {}),
    ]
    things: Options = [("car", _("自動車"), {}), ("moped", _("原付（125cc以下のバイク）"), {}), ("dog", _("犬"), {})]
    return {
        "age": Age(_("あなたの年齢（歳）"), name_of=_("あなたの年齢"), least=own.ADULT, most=own.OLDEST),
        "partner": fields.Choice(
            _("配偶者（夫か妻）と暮らしていますか"),
            choices=partner,
            values={"yes": True, "no": False},
            ask_for=_("配偶者と暮らしているかどうかを選んでください"),
        ),
        **{f"child{place}": _child(place) for place in range(1, own.CHILDREN + 1)},
        "work": fields.Choice(_("あなたの仕事"), choices=work, ask_for=_("「あなたの仕事」を選んでください")),
        "things": Things(_("家にあるもの、いるもの"), choices=things, optional=True),
        "nationality": fields.Choice(_("家族の国籍"), choices=nationality, ask_for=_("「家族の国籍」を選んでください")),
        "card": fields.Choice(
            _("あなたのマイナンバーカード"),
            choices=card,
            ask_for=_("「あなたのマイナンバーカード」の状態を選んでください"),
        ),
    }


def _child(place: int) -> Any:
    name = _("{n}人目の子どもの年齢", n=place)
    return Age(_("{n}人目の子どもの年齢（歳）", n=place), name_of=name, least=0, most=own.CHILD_UNTIL, optional=True)
