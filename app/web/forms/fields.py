"""One WTForms field for each type of answer: reads what was typed, says what to correct, and gives the inside value.

A compound field (date, address) is one field with parts: its inputs are named ``<name>-<part>``. Each field names the
macro that draws it (``kind``), and the input to which an error leads (``wrong``, a part's name, or none).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from wtforms import Field
from wtforms.utils import unset_value
from wtforms.validators import ValidationError

from app.engine.geography import Place, by_postcode
from app.engine.values import ADDRESS_PARTS
from app.formats import date_parts, full_date
from app.i18n import current_tag
from app.i18n import gettext as _
from app.typed import PARTS, DateProblem, TextProblem, parse_date, parse_kana, parse_phone, parse_postcode

LONGEST = 400  # characters of a text
MOST_YEN = 999_999_999_999
MOST_BYTES = 5 * 1024 * 1024
MEDIA_TYPES = ("image/jpeg", "image/png", "application/pdf")


class Answer(Field):
    """What all fields share. ``data`` is the inside value once the field is valid; ``typed`` is what stands in the input.

    ``ask_for``: the sentence that asks for an answer when there is none.
    """

    kind = "text"
    inputmode: str | None = None
    width: int | None = None

    def __init__(self, *args: Any, ask_for: str = "", optional: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask_for, self.typed, self.wrong = ask_for, "", ""
        self.flags.optional = optional

    def process_data(self, value: Any) -> None:
        """Show a standing value again."""
        self.data = value
        self.typed = "" if value is None else self.shown(value)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Keep what was typed, as it was typed."""
        self.typed = valuelist[0] if valuelist else ""

    def _value(self) -> str:
        return self.typed

    def shown(self, value: Any) -> str:
        """A value as one types it."""
        return str(value)

    def pre_validate(self, form: Any) -> None:
        """Read what was typed; raises ValidationError with what to do."""
        text = self.typed.strip()
        if text:
            self.data = self.read(text)
        elif self.flags.optional:
            self.data = None
        else:
            raise ValidationError(self.ask_for)

    def read(self, text: str) -> Any:
        """The inside value of what was typed."""
        if len(text) > LONGEST:
            raise ValidationError(_("{n}文字までで入力してください", n=LONGEST))
        return text

    @property
    def target(self) -> str:
        """The id of the input to which an error of this field leads."""
        return f"{self.id}-{self.wrong}" if self.wrong else str(self.id)


class Kana(Answer):
    """The reading of a name."""

    def read(self, text: str) -> str:
        found = parse_kana(text)
        if isinstance(found, TextProblem):
            raise ValidationError(
                _("「{found}」はカタカナではありません。全角カタカナで入力してください", found=found.found)
            )
        return found


class Phone(Answer):
    """A phone number."""

    inputmode, width = "tel", 12

    def read(self, text: str) -> str:
        found = parse_phone(text)
        if not isinstance(found, TextProblem):
            return found
        words = {
            "characters": "「{found}」は電話番号に使えません。数字で入力してください",
            "prefix": "電話番号を0から入力してください",
        }
        raise ValidationError(
            _(words.get(found.code, "電話番号を、市外局番から10けたか11けたで入力してください"), found=found.found)
        )


class Email(Answer):
    """An e-mail address; only its shape is checked."""

    inputmode, width = "email", 24

    def read(self, text: str) -> str:
        plain = unicodedata.normalize("NFKC", text)
        if not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", plain):
            raise ValidationError(_("メールアドレスを、name@example.test の形で入力してください"))
        return super().read(plain)


class Whole(Answer):
    """A whole number; commas and a unit at the end are accepted."""

    inputmode, width = "numeric", 12
    units = ""

    def shown(self, value: Any) -> str:
        return f"{value:,}"

    def read(self, text: str) -> int:
        plain = re.sub(r"[,\s￥¥]", "", unicodedata.normalize("NFKC", text)).rstrip(self.units)
        if not re.fullmatch("[0-9]+", plain):
            raise ValidationError(_("数字だけを入力してください。例 50,000"))
        if len(plain.lstrip("0")) > len(str(MOST_YEN)):
            raise ValidationError(_("数字が大きすぎます。けた数を確かめてください"))
        return int(plain)


class Money(Whole):
    """An amount in yen."""

    units = "円"


class Choice(Answer):
    """One of several. ``choices``: (value, label, {"hint", "or"})."""

    kind = "radios"

    def __init__(
        self,
        *args: Any,
        choices: Sequence[tuple[str, str, dict[str, Any]]] = (),
        values: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.choices, self.values = list(choices), dict(values or {})

    def process_data(self, value: Any) -> None:
        self.data = next(
            (text for text, one in self.values.items() if one == value and type(one) is type(value)), value
        )

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = valuelist[0] if valuelist else None

    def pre_validate(self, form: Any) -> None:
        if self.data not in {value for value, _label, _extra in self.choices}:
            raise ValidationError(self.ask_for)

    @property
    def answer(self) -> Any:
        """The inside value of what is chosen: `yes` may mean True."""
        return self.values.get(self.data, self.data)


class Choices(Answer):
    """Any number of several. ``none``: value of the option that stands for none of them; without it one must be chosen."""

    kind = "checkboxes"

    def __init__(
        self, *args: Any, choices: Sequence[tuple[str, str, dict[str, Any]]] = (), none: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.choices, self.none = list(choices), none

    def process_data(self, value: Any) -> None:
        self.data = [] if value is None else (list(value) or [self.none] * bool(self.none))

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = list(valuelist)

    def pre_validate(self, form: Any) -> None:
        known = [value for value, _label, _extra in self.choices]
        if not self.data or set(self.data) - set(known):
            raise ValidationError(self.ask_for)
        if self.none and self.none in self.data and len(self.data) > 1:
            raise ValidationError(_("「どれでもない」と、ほかのものは、いっしょに選べません。どちらかを選んでください"))

    @property
    def answer(self) -> tuple[str, ...]:
        """The chosen values in the order of the list."""
        return tuple(value for value, _label, _extra in self.choices if value in self.data and value != self.none)


class Compound(Answer):
    """A field of several inputs."""

    parts: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.given: dict[str, str] = {}

    def __getitem__(self, part: str) -> str:
        return self.given.get(part, "")

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Take the parts from the form, or from a standing value."""
        self.data = None
        self.process_errors: list[str] = []
        if formdata:
            self.given = {part: formdata.get(f"{self.name}-{part}", "").strip() for part in self.parts}
        else:
            self.data = None if data is unset_value else data
            self.given = self.split(self.data)

    def split(self, value: Any) -> dict[str, str]:
        """A standing value as its parts."""
        raise NotImplementedError


class Date(Compound):
    """A day: era choice, year, month and day. ``past``: earlier eras are offered."""

    kind, parts = "date", PARTS

    def __init__(self, *args: Any, past: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.past = past

    def split(self, value: date | None) -> dict[str, str]:
        if value is None:
            empty: dict[str, str] = dict.fromkeys(self.parts, "")
            return empty | {"era": "heisei" if self.past else "reiwa"}  # the likely one
        parts = date_parts(value, "era")
        return {part: str(getattr(parts, part)) for part in self.parts}

    @property
    def wrong_parts(self) -> list[str]:
        """The inputs to mark."""
        return self.wrong.split() if self.errors else []

    @property
    def target(self) -> str:
        return f"{self.id}-{next((part for part in self.wrong.split() if part != 'era'), 'year')}"

    def pre_validate(self, form: Any) -> None:
        if self.flags.optional and not any(self[part] for part in ("year", "month", "day")):
            self.data = None
            return
        found = parse_date(*(self[part] for part in self.parts))
        if isinstance(found, DateProblem):
            self.wrong = " ".join(found.parts)
            raise ValidationError(self._words(found))
        self.data = found

    def _words(self, problem: DateProblem) -> str:
        if problem.code == "missing":
            if len(problem.parts) >= 3:
                return self.ask_for
            names = {"era": _("年の数え方"), "year": _("年"), "month": _("月"), "day": _("日")}
            return _("{parts}を入力してください", parts=_("と").join(names[part] for part in problem.parts))
        if problem.code == "western_year_under_era" and problem.suggestion:
            return _(
                "{date}のことですか。西暦で入力するときは「西暦」を選んでください",
                date=full_date(problem.suggestion, current_tag()),
            )
        if problem.suggestion:
            return _(
                "{date}のことですか。年の数え方か年を直してください", date=full_date(problem.suggestion, current_tag())
            )
        words = {
            "not_a_number": "日付を、数字で入力してください。例 9年3月28日",
            "unknown_era": "年の数え方を選んでください",
            "month_range": "「{month}」月はありません。1から12で入力してください",
            "day_range": "「{day}」日はありません。1から31で入力してください",
            "no_such_day": "「{month}月{day}日」はありません。日を直してください",
            "short_western_year": "西暦の年を、4けたの数字で入力してください",
        }
        return _(
            words.get(problem.code, "年を直してください。例 令和9年"),
            year=problem.year,
            month=problem.month,
            day=problem.day,
        )


class Address(Compound):
    """Postcode, municipality (a code), town, block, building. The postcode search fills municipality and town."""

    kind, parts = "address", ADDRESS_PARTS

    def __init__(
        self, *args: Any, municipalities: Sequence[tuple[str, str]] = (), places: Sequence[Place] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.municipalities = [("", _("選んでください")), *municipalities]
        self.places, self.candidates, self.found = places, list[tuple[str, str]](), ""

    def split(self, value: Mapping[str, str] | None) -> dict[str, str]:
        return {part: str((value or {}).get(part, "")) for part in self.parts}

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """As for every compound; a chosen search result fills in town and municipality."""
        super().process(formdata, data, extra_filters)
        chosen = formdata.get(f"{self.name}-candidate", "") if formdata else ""
        if chosen.isdigit() and int(chosen) < len(self.places):
            self._take(self.places[int(chosen)])

    def search(self) -> None:
        """Look the postcode up: one result is filled in, several are offered, none is said."""
        found = self._matches()
        if len(found) == 1:
            self._take(found[0])
            self.found = _("1件見つかりました。町名まで入れました。続きを入力してください")
        elif found:
            names = dict(self.municipalities)
            at = {id(place): number for number, place in enumerate(self.places)}
            self.candidates = [
                (
                    str(at[id(place)]),
                    _(
                        "{city}{town}（〒{code}）",
                        city=names.get(place.municipality, ""),
                        town=place.town,
                        code=place.postcode,
                    ),
                )
                for place in found
            ]
            self.found = _("{n}件見つかりました。この中から選んでください", n=len(found))
        else:
            self.found = _("見つかりませんでした。番号を確かめるか、市区町村から入力してください")

    def _matches(self) -> list[Place]:
        typed = parse_postcode(self["postcode"])
        digits = re.sub("[^0-9]", "", unicodedata.normalize("NFKC", self["postcode"]))
        return by_postcode(self.places, typed if isinstance(typed, str) else digits)

    def _take(self, place: Place) -> None:
        self.given |= {"postcode": place.postcode, "municipality": place.municipality, "town": place.town}

    @property
    def wrong_parts(self) -> list[str]:
        """The inputs to mark."""
        return [self.wrong] if self.errors and self.wrong else []

    @property
    def target(self) -> str:
        return f"{self.id}-{self.wrong or 'postcode'}"

    def pre_validate(self, form: Any) -> None:
        if self.flags.optional and not any(self.given.values()):
            self.data = None
            return
        code = parse_postcode(self["postcode"])
        if isinstance(code, TextProblem):
            self._refuse("postcode", _("郵便番号を、7けたの数字で入力してください"))
        if self["municipality"] not in {value for value, _label in self.municipalities if value}:
            if len(self._matches()) > 1:
                self.search()  # results that were shown and not chosen are offered again
            self._refuse("municipality", _("市区町村を選んでください"))
        for part, text in (("town", _("町名を入力してください")), ("block", _("丁目・番地を入力してください"))):
            if not self[part]:
                self._refuse(part, text)
        if any(len(text) > LONGEST for text in self.given.values()):
            self._refuse("building", _("{n}文字までで入力してください", n=LONGEST))
        self.data = {**self.given, "postcode": code}

    def _refuse(self, part: str, text: str) -> None:
        self.wrong = part
        raise ValidationError(text)


class Document(Answer):
    """A file that stays with the person: only its name, type and size are kept, never its content."""

    kind = "file"
    accept = ",".join(MEDIA_TYPES)

    def process_data(self, value: Any) -> None:
        self.data = dict(value) if value else None

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        file = next((one for one in valuelist if getattr(one, "filename", "")), None)
        self.data = None
        if file is not None:
            size = file.stream.seek(0, 2)
            self.data = {"name": re.sub(r".*[/\\]", "", file.filename)[:200], "media_type": file.mimetype, "size": size}

    def pre_validate(self, form: Any) -> None:
        if self.data is None and not self.flags.optional:
            raise ValidationError(self.ask_for)
        if self.data and self.data["media_type"] not in MEDIA_TYPES:
            raise ValidationError(_("JPEG、PNG、PDFのどれかを選んでください"))
        if self.data and self.data["size"] > MOST_BYTES:
            raise ValidationError(_("ファイルは5メガバイトまでです。小さくしてから、もう一度選んでください"))

    @property
    def chosen(self) -> dict[str, str] | None:
        """Name and size of the file that was sent before."""
        if not self.data:
            return None
        return {"name": self.data["name"], "size": _("{n}キロバイト", n=max(1, self.data["size"] // 1024))}
