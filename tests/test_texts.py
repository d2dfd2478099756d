"""The words of the site, in every language: nothing that the word list avoids, no lost number, no lost placeholder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app import catalogues, i18n
from app.engine.library import load
from app.i18n import plain, translated
from app.services.mynumber.signing_api import Line

ROOT = Path(__file__).parent.parent

#: what the word list avoids, as it would stand in a text (EXPERIENCE 1.4); ログイン and 完了 are wrong in some places only
AVOIDED = re.compile(
    "ワンストップで完結|情報連携|照会を実施|無効な値|不正な入力|差し戻し|補正|当該|該当する場合|不備があ|エラーが発生|"
    "本人確認を行|認証局|JPKI|トークン|健常者|障害をお持ち|クリック|NEW|ポップアップ|N/A|※"
)
ENGLISH_AVOIDED = re.compile(r"\b(click here|invalid|illegal value|error occurred|please kindly|N/A)\b", re.IGNORECASE)
PLACEHOLDER = re.compile(r"\{(\w+)\}")
NUMBER = re.compile(r"\d+")
FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
#: an example or a count that another language writes in its own way
OTHER_NUMBERS = re.compile(r"例 |[0-9]:[0-9]{2}|[0-9]か所|平成|昭和|令和|大正|明治")
#: said in other words that need no number
PARAPHRASED = {
    "世帯主になれる人が2人以上は残らないため",
    "先に引っ越すと、2つの福祉事務所の間で保護が切れることがあります",
}
TRANSLATED = [tag for tag in i18n.TAGS if tag != i18n.SOURCE]


def every_text() -> dict[str, list[str]]:
    return {message: places for texts in catalogues.texts().values() for message, places in texts.items()}


def test_no_text_uses_a_word_that_the_list_avoids() -> None:
    found = {m: p[0] for m, p in every_text().items() if AVOIDED.search(m) and "/library" not in p[0]}
    assert not found


@pytest.mark.parametrize("tag", TRANSLATED)
def test_every_text_is_translated_with_all_its_placeholders(tag: str) -> None:
    wrong = {}
    for domain, messages in catalogues.texts().items():
        catalogue = catalogues.read_catalogue(catalogues.po_path(tag, domain))
        for message in messages:
            found = catalogue.get(message)
            forms = [] if found is None else [found.string] if isinstance(found.string, str) else found.string
            if not forms or not all(forms):
                wrong[message] = "no translation"
            elif any(set(PLACEHOLDER.findall(form)) != set(PLACEHOLDER.findall(message)) for form in forms):
                wrong[message] = forms
    assert not wrong


def test_easy_japanese_keeps_every_number() -> None:
    lost = {}
    for message in every_text():
        text = i18n.translated(message, "ja-simple")
        if text is None or OTHER_NUMBERS.search(message) or message in PARAPHRASED:
            continue
        here = NUMBER.findall(i18n.plain(text).translate(FULL_WIDTH))
        gone = [number for number in NUMBER.findall(message.translate(FULL_WIDTH)) if number not in here]
        if gone:
            lost[message] = i18n.plain(text)
    assert not lost


def test_english_avoids_its_own_bad_words() -> None:
    texts = {message: i18n.translated(message, "en") or "" for message in every_text()}
    assert not {message: text for message, text in texts.items() if ENGLISH_AVOIDED.search(text)}


def test_the_english_singular_is_used_for_one() -> None:
    with i18n.speaking("en"):
        assert i18n.gettext("{n}日", n=1) == "1 day"
        assert i18n.gettext("{n}日", n=2) == "2 days"
        assert i18n.gettext("{n}日", n=0) == "0 days"
    with i18n.speaking("ja-simple"):
        assert i18n.gettext("{n}日", n=1).startswith("1")


def test_the_signing_page_takes_every_title_in_every_language() -> None:
    limit = Line.model_json_schema()["properties"]["procedure"]["maxLength"]
    whom = 40  # characters of a name that a title may end with
    titles = [one.definition.title for event in load(ROOT / "procedures").events.values() for one in event.procedures]
    for tag in i18n.TAGS:
        longest = max(titles, key=lambda title: len(plain(translated(title, tag) or title)))
        assert len(plain(translated(longest, tag) or longest)) + whom <= limit, longest
