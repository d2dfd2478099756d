"""The components, rendered by a small Flask app of their own: every gallery page in its states, and the style sheets as text."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import flask
import html5lib
import pytest
import tinycss2
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict
from wtforms import (
    FieldList,
    Form,
    FormField,
    RadioField,
    SelectMultipleField,
    StringField,
    ValidationError,
    validators,
)
from wtforms.fields.choices import SelectChoice

from app.pieces import piece

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "app" / "static"
GALLERY = ROOT / "app" / "templates" / "gallery"
RUBY = re.compile(r"\[([^|\[\]]+)\|([^\[\]]+)\]")
HTML = "{http://www.w3.org/1999/xhtml}"

STATES: dict[str, dict[str, Any]] = {
    "question_failed": {"failed": True},
    "forms_failed": {"failed": True},
    "parts_done": {"kind": "done"},
    "parts_warning": {"kind": "warning"},
    "parts_problem": {"kind": "problem"},
}
PAGES = sorted(path.stem for path in GALLERY.glob("*.html")) + sorted(STATES)


def shell(tag: str, **changes: Any) -> dict[str, Any]:
    """What base.html needs around a page."""
    return {
        "product": "ひとまど",
        "product_title": "ひとまど（模擬）",
        "home_href": "/gallery/home",
        "simulation": {
            "iso": "2027-03-15",
            "text": "2027年3月15日（月）",
            "href": "#time",
            "reset_href": None,
            "task": None,
        },
        "languages": [
            {"tag": t, "name": name, "href": f"?lang={t}", "current": t == tag}
            for t, name in (("ja", "日本語"), ("ja-simple", "やさしい日本語"), ("en", "English"))
        ],
        "languages_href": "#languages",
        "furigana": {"on": tag == "ja-simple", "action": "#"},
        "nav": [
            {"text": "手続の計画", "href": "/gallery/plan", "current": True},
            {"text": "お知らせ（2）", "href": "/gallery/case"},
            {"text": "わたしの情報", "href": "/gallery/review"},
            {"text": "設定", "href": "/gallery/forms"},
        ],
        "help_href": "#help",
        "footer": [
            ("ひとまどとは（模擬のサービス）", "#about"),
            ("見やすさへの取り組み", "#accessibility"),
            ("個人情報", "#privacy"),
        ],
        "session": {"extend_href": "#extend", "end_href": "#end"},
        "scheme": None,
        "contrast": None,
    } | changes


def gallery_app() -> flask.Flask:
    """A site of gallery pages only: /gallery/<page>?lang=&scheme=&contrast=&ruby=."""
    app = flask.Flask("gallery", root_path=str(ROOT / "app"), template_folder="templates", static_folder="static")

    def text(message: str, **values: object) -> str:
        return RUBY.sub(r"\1", message).format(**values) if values else RUBY.sub(r"\1", message)

    def rich(message: str, **values: object) -> Markup:
        if not flask.request.args.get("ruby"):
            return escape(text(message, **values))
        return Markup(RUBY.sub(r"<ruby>\1<rt>\2</rt></ruby>", str(escape(message)).format(**values)))

    app.jinja_env.globals.update(
        {"_": text, "rich": rich, "csp_nonce": lambda: "nonce", "csrf_token": lambda: "token", "piece": piece}
    )

    @app.get("/gallery/<page>")
    def show(page: str) -> str:
        template = page if (GALLERY / f"{page}.html").exists() else page.split("_")[0]
        tag = flask.request.args.get("lang", "ja")
        identity = template == "sign"
        around = shell(tag, scheme=flask.request.args.get("scheme"), contrast=flask.request.args.get("contrast"))
        if identity:
            around |= {"product": "模擬 デジタル認証アプリ", "product_title": "模擬 デジタル認証アプリ", "nav": None}
        ends = {"text": "14時30分", "seconds": 3600}
        personal = template not in ("index", "parts")
        return flask.render_template(
            f"gallery/{template}.html",
            ui_tag=tag,
            shell=around,
            session_ends=ends if personal else None,
            **STATES.get(page, {}),
        )

    return app


@pytest.fixture(scope="module")
def app() -> flask.Flask:
    return gallery_app()


@pytest.fixture(scope="module")
def fetch(app: flask.Flask) -> Callable[..., Any]:
    """fetch(page, **query) -> the strictly parsed document (an ElementTree root)."""

    def get(page: str, **query: str) -> Any:
        return parse(app.test_client().get(f"/gallery/{page}", query_string=query).text)

    return get


def parse(html: str) -> Any:
    parser = html5lib.HTMLParser(strict=False)
    document = parser.parse(html)
    assert [error for error in parser.errors if error[1] != "expected-doctype-but-got-start-tag"] == []
    return document


def walk(root: Any) -> Iterator[Any]:
    """Elements outside <template>, in document order."""
    for child in root:
        if not isinstance(child.tag, str):
            continue
        yield child
        if child.tag != f"{HTML}template":
            yield from walk(child)


def name(element: Any) -> str:
    return str(element.tag).removeprefix(HTML)


def words(element: Any) -> str:
    return "".join(element.itertext()).strip()


def faults(document: Any) -> list[str]:
    """What breaks the rules of the component table on this page."""
    elements = list(walk(document))
    ids = [e.get("id") for e in elements if e.get("id")]
    found = [f"id twice: {i}" for i in sorted({i for i in ids if ids.count(i) > 1})]
    for e in elements:
        for attribute in ("for", "aria-describedby", "aria-labelledby", "aria-controls", "data-reveal", "data-copy"):
            for target in (e.get(attribute) or "").split():
                if target.removeprefix("#") not in ids:
                    found.append(f"{attribute} leads nowhere: {target}")
        for attribute in ("required", "placeholder", "disabled", "readonly", "style", "onclick"):
            if e.get(attribute) is not None:
                found.append(f"{attribute} on {name(e)}")
        if e.get("role") in ("alert", "radiogroup"):
            found.append(f"role={e.get('role')}")
        if name(e) == "input" and e.get("type") == "number":
            found.append("type=number")
        if name(e) == "script" and not e.get("src"):
            found.append("inline script")
        if name(e) in ("a", "button", "h1", "h2", "h3", "legend", "label", "summary") and not words(e):
            found.append(f"no words: {name(e)} {e.attrib}")
        if name(e) in ("a", "button", "h1", "h2", "h3", "legend", "label") and e.findall(f".//{HTML}ruby"):
            found.append(f"ruby in {name(e)}")
        if name(e) == "svg" and e.get("aria-hidden") != "true":
            found.append("picture not hidden")
    labelled = {e.get("for") for e in elements if name(e) == "label"}
    found += [
        f"no label: {e.get('name')}"
        for e in elements
        if name(e) in ("input", "select", "textarea") and e.get("type") != "hidden" and e.get("id") not in labelled
    ]
    found += ["not one h1"] if sum(name(e) == "h1" for e in elements) != 1 else []
    found += [f"h1 cannot take focus: {words(e)}" for e in elements if name(e) == "h1" and e.get("tabindex") != "-1"]
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_gallery_page_keeps_the_rules(fetch: Callable[..., Any], page: str) -> None:
    assert faults(fetch(page)) == []
    assert faults(fetch(page, lang="ja-simple", ruby="1")) == []


def test_the_rules_can_fail() -> None:
    bad = parse(
        "<!doctype html><title>x</title><h1>a<ruby>字<rt>じ</rt></ruby></h1><input id=a required placeholder=x><p id=a role=alert>"
        "<a href=x></a><script>1</script><svg></svg><input id=b type=number aria-describedby=none>"
    )
    assert len(faults(bad)) >= 9


def test_order_of_the_shell(fetch: Callable[..., Any]) -> None:
    elements = list(walk(fetch("question")))
    marks = [
        lambda e: e.get("class") == "skip",
        lambda e: e.get("class") == "simulation",
        lambda e: name(e) == "header",
        lambda e: e.get("class") == "back",
        lambda e: e.get("class") == "step",
        lambda e: name(e) == "h1",
        lambda e: "button-primary" in (e.get("class") or ""),
        lambda e: e.get("class") == "go-list",
        lambda e: e.get("class") == "help",
        lambda e: e.get("id") == "menu",
        lambda e: name(e) == "footer",
        lambda e: e.get("id") == "status",
    ]
    places = [next(i for i, e in enumerate(elements) if mark(e)) for mark in marks]
    assert places == sorted(places)
    status = elements[places[-1]]
    assert status.get("role") == "status"
    assert words(status) == ""


def test_title_and_summary_of_a_failed_form(fetch: Callable[..., Any]) -> None:
    document = fetch("forms_failed")
    elements = list(walk(document))
    assert words(next(e for e in elements if name(e) == "title")).startswith("エラー：入力の部品 － ")
    summary = next(e for e in elements if e.get("class") == "error-summary")
    heading = next(e for e in walk(summary) if name(e) == "h2")
    assert words(heading) == "直してほしいところが8つあります"
    assert heading.get("tabindex") == "-1"
    fields = {e.get("id"): e for e in elements if name(e) in ("input", "textarea")}
    messages = [words(e).removeprefix("エラー：") for e in elements if e.get("class") == "error"]
    for link in (e for e in walk(summary) if name(e) == "a"):
        assert link.get("href")[1:] in fields
        assert words(link) in messages
    places = [list(fields).index(e.get("href")[1:]) for e in walk(summary) if name(e) == "a"]
    assert places == sorted(places)
    assert fields["pin"].get("value") is None
    assert fields["rent"].get("value") == "六万"


def test_title_pattern(fetch: Callable[..., Any]) -> None:
    title = next(e for e in walk(fetch("question_failed")) if name(e) == "title")
    assert words(title) == "エラー：引っ越す日はいつですか － 手順3/5 答える － 引っ越し － ひとまど（模擬）"


def test_nothing_is_marked_wrong_before_a_post(fetch: Callable[..., Any]) -> None:
    assert not [e for e in walk(fetch("forms")) if e.get("aria-invalid")]
    wrong = [e.get("id") for e in walk(fetch("forms_failed")) if e.get("aria-invalid")]
    assert wrong == ["birth-month", "applicant-family", "home-postcode", "rent", "pin"]


def test_one_primary_button_a_page(fetch: Callable[..., Any]) -> None:
    for page in PAGES:
        if page.split("_")[0] in ("parts", "case", "index"):
            continue
        primary = [e for e in walk(fetch(page)) if "button-primary" in (e.get("class") or "")]
        assert len(primary) == 1, page


def test_languages_name_themselves(fetch: Callable[..., Any]) -> None:
    links = [e for e in walk(fetch("question", lang="en")) if e.get("hreflang")]
    assert [(e.get("lang"), e.get("aria-current")) for e in links] == [
        ("ja", None),
        ("ja-simple", None),
        ("en", "true"),
    ]


def test_plan_row_reads_name_office_deadline_channel_state(fetch: Callable[..., Any]) -> None:
    row = next(e for e in walk(fetch("plan")) if e.get("id") == "moving-in")
    text = words(row)
    parts = [
        "転入届",
        "あおば野市",
        "4月12日（月）まで",
        "あと28日",
        "余裕あり",
        "届出の義務",
        "窓口へ行く",
        "まだ始められません",
    ]
    assert [text.index(p) for p in parts] == sorted(text.index(p) for p in parts)


class _Date(Form):
    era = StringField()
    year = StringField()
    month = StringField()
    day = StringField()

    def validate_day(self, field: StringField) -> None:
        raise ValidationError("「30日」はありません")


class _Sample(Form):
    kind = RadioField(
        "どこへ引っ越しますか",
        choices=[SelectChoice("a", "同じ市の中"), SelectChoice("b", "海外", {"hint": "窓口のみ", "or": True})],
        validators=[validators.InputRequired("選んでください")],
    )
    many = SelectMultipleField("止めるもの", choices=[SelectChoice("p", "電気"), SelectChoice("g", "ガス")])
    rent = StringField("家賃", validators=[validators.Optional()])
    moved = FormField(_Date, label="引っ越す日")
    aliases = FieldList(StringField("別の名前"), min_entries=1)


def test_macros_take_wtforms_fields(app: flask.Flask) -> None:
    sample = _Sample(MultiDict([("many", "g"), ("rent", "<6"), ("moved-era", "western"), ("moved-day", "30")]))
    assert not sample.validate()
    source = """{% from "components/forms.html" import checkboxes, date_field, radios, text_field %}<!doctype html><title>x</title>
      {{ radios(s.kind, h1=true) }}{{ checkboxes(s.many) }}{{ text_field(s.rent) }}{{ date_field(s.moved) }}{{ text_field(s.aliases[0]) }}"""
    with app.test_request_context():
        document = parse(flask.render_template_string(source, s=sample))
    assert faults(document) == []
    inputs = {e.get("id"): e for e in walk(document) if name(e) == "input"}
    assert list(inputs) == [
        "kind", "kind-2", "many", "many-2", "rent", "moved-era", "moved-era-2", "moved-year", "moved-month", "moved-day", "aliases-0",
    ]  # fmt: skip
    assert [i for i, e in inputs.items() if e.get("checked") is not None] == ["many-2", "moved-era-2"]
    assert inputs["rent"].get("value") == "<6"
    assert [i for i, e in inputs.items() if e.get("aria-invalid")] == ["moved-day"]
    assert [words(e) for e in walk(document) if e.get("class") in ("choice-hint", "choices-or")] == [
        "または",
        "窓口のみ",
    ]
    assert [words(e) for e in walk(document) if e.get("class") == "error"] == [
        "エラー：選んでください",
        "エラー：「30日」はありません",
    ]


def sheets() -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted((STATIC / "css").glob("*.css"))}


def test_weight() -> None:
    packed = {
        path: len(gzip.compress((STATIC / path).read_bytes(), 9))
        for path in ("css/base.css", "css/components.css", "css/family-tree.css", "css/print.css", "js/app.js")
    }
    assert sum(size for path, size in packed.items() if path.startswith("css")) <= 14 * 1024
    assert packed["js/app.js"] <= 6 * 1024


def test_colours_come_from_the_tokens_and_only_through_roles() -> None:
    for file, css in sheets().items():
        rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
        assert not [r for r in rules if r.type == "error"], file
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?![\w-]*[\s,{>])|\b(?:rgba?|hsla?|oklch)\(", css), file
    defined = set(re.findall(r"(--[\w-]+)\s*:", "".join(sheets().values())))
    used = set(re.findall(r"var\((--[\w-]+)\)", "".join(sheets().values())))
    tokens = {v for v in used - defined if re.match(r"--(color|font-size|line-height|border-radius|elevation)-", v)}
    assert used - defined == tokens
    vendored = STATIC / "vendor" / "tokens.css"
    if vendored.exists():
        assert tokens <= set(re.findall(r"(--[\w-]+)\s*:", vendored.read_text()))


def test_properties_are_logical() -> None:
    physical = re.compile(
        r"(?<![\w-])(?:margin|padding|border|inset)-(?:left|right|top|bottom)\b|(?<![\w-])(?:left|right|top|bottom|width|height)\s*:"
    )
    for file, css in sheets().items():
        assert physical.findall(re.sub(r"/\*.*?\*/", "", css, flags=re.S)) == [], file


def test_script_has_no_eval_and_no_markup_writing() -> None:
    script = (STATIC / "js" / "app.js").read_text()
    assert not re.search(r"\beval\b\(|new Function|innerHTML|insertAdjacentHTML|document\.write", script)
