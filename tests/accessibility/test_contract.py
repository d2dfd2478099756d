"""The page contract passes a page that is in order, and names each planted fault."""

from __future__ import annotations

import pytest

from accessibility import contract

GOOD_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; script-src 'self' 'nonce-0123456789abcdef'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
GOOD = """<!DOCTYPE html>
<html lang="ja">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>引っ越す日 － 手順3/5 答える － 引っ越し － ひとまど（模擬）</title>
<link rel="stylesheet" href="/static/site.css"><script src="/static/app.js" defer></script></head>
<body>
<a href="#main">本文へ</a>
<header><p>ひとまど</p></header>
<main id="main">
<h1>引っ越す日はいつですか</h1>
<p><ruby>転出届<rp>(</rp><rt>てんしゅつとどけ</rt><rp>)</rp></ruby>を出します。</p>
<form method="post" action="/journeys/1/questions/move.date">
<input type="hidden" name="csrf_token" value="abc">
<fieldset aria-describedby="when-hint"><legend>日を選ぶ</legend><p id="when-hint">分からなければ、あとで。</p>
<input type="radio" name="when" id="when-1" value="1"><label for="when-1">決まっている</label>
<label><input type="radio" name="when" value="2">まだ分からない</label></fieldset>
<label for="day">日</label><input id="day" name="day" inputmode="numeric" aria-required="true">
<button>続ける</button>
</form>
<h2>困ったとき</h2><h3>電話</h3><h2>そのほか</h2>
<p><a href="/help">使い方を見る</a> <img src="/static/a.svg" alt=""><svg aria-hidden="true"><path d="M0 0"/></svg></p>
</main>
</body></html>
"""
ENGLISH = (
    GOOD.replace('lang="ja"', 'lang="en"')
    .replace("引っ越す日 － 手順3/5 答える － 引っ越し － ひとまど（模擬）", "Moving date - Hitomado (simulation)")
    .replace("<body>", '<body><p lang="ja">転出届</p>')
)
for japanese, english in {
    "本文へ": "Skip to the main part",
    "<p>ひとまど</p>": "<p>Hitomado</p>",
    "引っ越す日はいつですか": "When do you move?",
    "<ruby>転出届<rp>(</rp><rt>てんしゅつとどけ</rt><rp>)</rp></ruby>を出します。": "You send the notice.",
    "日を選ぶ": "Choose",
    "分からなければ、あとで。": "Later is fine.",
    "決まっている": "Fixed",
    "まだ分からない": "Not known yet",
    ">日<": ">Day<",
    "続ける": "Continue",
    "困ったとき": "Help",
    "電話": "Phone",
    "そのほか": "Other",
    "使い方を見る": "How to use this",
}.items():
    ENGLISH = ENGLISH.replace(japanese, english)


def breaches(html: str, status: int = 200, path: str = "/journeys/1/questions/move.date", **headers: str) -> list[str]:
    changed = GOOD_HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
    return contract.check(contract.Page("http://localhost" + path, html, status, changed))


@pytest.mark.parametrize("html", [GOOD, ENGLISH], ids=["ja", "en"])
def test_a_page_in_order_has_no_breach(html: str) -> None:
    assert breaches(html) == []


FAULTS = {
    # structure
    "parse error": ("</p>\n<form", "</p></b>\n<form", "does not parse"),
    "duplicate attribute": ("<h2>困", '<h2 class="a" class="b">困', "does not parse"),
    "no h1": ("<h1>引っ越す日はいつですか</h1>", "", "0 h1"),
    "two h1": ("<h2>困ったとき</h2>", "<h1>困ったとき</h1>", "2 h1"),
    "empty h1": ("引っ越す日はいつですか</h1>", "</h1>", "h1 is empty"),
    "skipped level": ("<h2>困ったとき</h2>", "", "skips from 1 to 3"),
    "heading before the h1": ("<header>", "<header><h2>A</h2>", "skips from nothing to 2"),
    "no main": ('<main id="main">', '<div id="main">', "0 main"),
    "skip link elsewhere": ('<a href="#main">本文へ</a>', '<a href="/help">本文へ</a>', "first link"),
    "duplicate id": ('<label for="day">日</label>', '<label for="day" id="when-1">日</label>', "stands 2 times"),
    "label for nothing": ('<label for="day">', '<label for="days">', "'days', which is not there"),
    "described by nothing": ('when-hint"><legend', 'when-hints"><legend', "aria-describedby at 'when-hints'"),
    "dead fragment": ('<a href="/help">', '<a href="#nowhere">', "leads nowhere"),
    "inline script": ('<script src="/static/app.js" defer>', "<script>", "inline script"),
    "inline style element": ("</head>", "<style>p{}</style></head>", "inline style"),
    "style attribute": ("<h2>困", '<h2 style="color:red">困', "inline style"),
    "handler": ("<button>", '<button onclick="go()">', "handler attribute onclick"),
    "htmx handler": ("<button>", '<button hx-on:click="go()">', "handler attribute hx-on:click"),
    "script address": ('href="/help"', 'href="javascript:go()"', "script in the address"),
    "foreign script": ('src="/static/app.js"', 'src="https://cdn.example/app.js"', "another origin"),
    "foreign style": ('href="/static/site.css"', 'href="//cdn.example/site.css"', "another origin"),
    "picture without alt": (' alt=""', "", "without alt"),
    "nameless svg": (' aria-hidden="true"', "", "neither hidden nor named"),
    "no zoom": ("initial-scale=1", "initial-scale=1, user-scalable=no", "forbids zoom"),
    "no viewport": ('name="viewport"', 'name="viewpoint"', "no viewport"),
    # controls
    "no label": ('<label for="day">日</label>', "", "has no label"),
    "empty label": ('<label for="day">日</label>', '<label for="day"></label>', "has no label"),
    "no legend": ("<legend>日を選ぶ</legend>", "", "has no legend"),
    "empty legend": ("<legend>日を選ぶ</legend>", "<legend></legend>", "has no legend"),
    "button without text": ("<button>続ける", "<button>", "has no text"),
    "link without text": ("使い方を見る", "", "has no text"),
    "link without address": ('<a href="/help">', "<a>", "has no address"),
    "required": (' aria-required="true"', " required", "required at"),
    "placeholder": (' aria-required="true"', ' placeholder="31"', "placeholder at"),
    "disabled": ("<button>", "<button disabled>", "disabled at"),
    "readonly": (' aria-required="true"', " readonly", "readonly at"),
    "number": (' inputmode="numeric"', ' type="number"', "type=number"),
    "tabindex": ("<button>", '<button tabindex="1">', "positive tabindex"),
    "no token": ('<input type="hidden" name="csrf_token" value="abc">', "", "0 fields csrf_token"),
    "empty token": ('value="abc"', 'value=""', "0 fields csrf_token"),
    "token in an address": ('method="post"', 'method="get"', "into an address"),
    "no method": ('method="post" ', "", "no method"),
    # language
    "no lang": ('<html lang="ja">', "<html>", "is none of"),
    "unknown language": ('<html lang="ja">', '<html lang="fr">', "is none of"),
    "broken lang": ("<h2>困", '<h2 lang="日本">困', "lang='日本'"),
    "no title": ("引っ越す日 － 手順3/5 答える － 引っ越し － ひとまど（模擬）", "", "title is empty"),
    "title without simulation": ("ひとまど（模擬）", "ひとまど", "does not end"),
    "error title": ("<title>", "<title>エラー：", "title tells of an error"),
    "ruby in a heading": ("<h2>困ったとき", "<h2><ruby>困<rt>こま</rt></ruby>ったとき", "ruby inside <h2>"),
    "ruby in a link": (">使い方を", "><ruby>使<rt>つか</rt></ruby>い方を", "ruby inside <a"),
    "ruby in a label": ('"day">日', '"day"><ruby>日<rt>ひ</rt></ruby>', "ruby inside <label"),
    "ruby in a legend": ("<legend>日", "<legend><ruby>日<rt>ひ</rt></ruby>", "ruby inside <legend"),
    "ruby in an error": (
        '<p id="when-hint">',
        '<p id="when-hint" class="error"><ruby>日<rt>ひ</rt></ruby>',
        "ruby inside <p",
    ),
    "ruby without reading": ("<rt>てんしゅつとどけ</rt>", "<rt></rt>", "without base or reading"),
    "ruby notation": ("分からなければ", "[分|わ]からなければ", "ruby notation left"),
    "placeholder text": ("分からなければ", "{name}さん、分からなければ", "placeholder left"),
    "positional placeholder": ("分からなければ", "{}さん、分からなければ", "placeholder left"),
    "percent placeholder": ("分からなければ", "%(name)sさん", "placeholder left"),
    "placeholder in a label": ("<button>", '<button aria-label="{n}を続ける">', "placeholder left"),
    "template code": ("分からなければ", "{{ name }}", "template code left"),
    "escaped twice": ("分からなければ", "&amp;lt;b&amp;gt;", "escaped markup left"),
    "escaped ruby": ("分からなければ", "&lt;ruby&gt;分", "escaped markup left"),
    "None": ("分からなければ、あとで。", "None", "object in place of words"),
}


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_planted_fault_is_named(fault: str) -> None:
    old, new, expected = FAULTS[fault]
    assert old in GOOD
    html = GOOD.replace("</main>", "</div>") if fault == "no main" else GOOD
    assert any(expected in breach for breach in breaches(html.replace(old, new, 1)))


@pytest.mark.parametrize(
    "old, new",
    [
        ("When do you move?", "いつ引っ越しますか"),
        ("Moving date", "引っ越す日"),
        ("<button>", '<button aria-label="続ける">'),
        ("Not known yet", "まだunknown"),
        ('<p lang="ja">', "<p>"),
    ],
)
def test_japanese_in_an_english_page_is_marked(old: str, new: str) -> None:
    assert old in ENGLISH
    assert any("Japanese without lang" in breach for breach in breaches(ENGLISH.replace(old, new, 1)))


def test_what_a_person_typed_is_not_taken_for_our_words() -> None:
    typed = ENGLISH.replace('name="day"', 'name="day" value="山科 {はるか}"')
    assert breaches(typed) == []


def test_a_failed_form_says_so_in_its_title() -> None:
    assert any("status 422" in breach for breach in breaches(GOOD, 422))
    assert breaches(GOOD.replace("<title>", "<title>エラー："), 422) == []


@pytest.mark.parametrize(
    "header, value, expected",
    [
        ("Content_Type", "text/html", "Content-Type"),
        ("Content_Security_Policy", "", "lacks default-src"),
        (
            "Content_Security_Policy",
            GOOD_HEADERS["Content-Security-Policy"].replace("form-action 'self'; ", ""),
            "lacks form-action",
        ),
        (
            "Content_Security_Policy",
            GOOD_HEADERS["Content-Security-Policy"].replace("base-uri 'none'; ", ""),
            "lacks base-uri",
        ),
        (
            "Content_Security_Policy",
            GOOD_HEADERS["Content-Security-Policy"].replace("'nonce-0123456789abcdef'", "'unsafe-inline'"),
            "allows 'unsafe-inline' in script-src",
        ),
        (
            "Content_Security_Policy",
            GOOD_HEADERS["Content-Security-Policy"] + "; worker-src https://cdn.example",
            "allows https://cdn.example in worker-src",
        ),
        (
            "Content_Security_Policy",
            GOOD_HEADERS["Content-Security-Policy"].replace("img-src 'self'", "img-src *"),
            "allows * in img-src",
        ),
        ("X_Content_Type_Options", "", "nosniff"),
        ("Referrer_Policy", "no-referrer", "Referrer-Policy"),
        ("Cache_Control", "private", "no-store"),
    ],
)
def test_headers(header: str, value: str, expected: str) -> None:
    assert any(expected in breach for breach in breaches(GOOD, **{header: value}))


@pytest.mark.parametrize("path", ["/procedures/moving-in-notice", "/en/help", "/events/moving", "/"])
def test_a_page_for_everybody_may_be_kept(path: str) -> None:
    public = GOOD[: GOOD.index("<form")] + GOOD[GOOD.index("</form>") + len("</form>") :]
    assert breaches(public, path=path, Cache_Control="public, max-age=300") == []
    assert breaches(public, path="/cases/3", Cache_Control="public, max-age=300") != []
    assert breaches(GOOD, path=path, Cache_Control="public, max-age=300") != []


def test_a_part_is_no_page() -> None:
    assert contract.is_whole(GOOD)
    assert not contract.is_whole("<section><h2>届いたもの</h2></section>")
