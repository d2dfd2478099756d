"""Going on in another browser: once, with the right words, and only as long as the first one lets it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config as AlembicConfig

from app.config import real_now
from app.store import models
from app.store.database import Database
from app.world import devices
from tests.web.conftest import Shown, Site

MakeSite = Callable[[], Site]
ADDRESS = re.compile(r'id="device-address">http://localhost(/[^<]+)<')
WORDS = re.compile(r'id="device-words">([^<]+)<')


def offer(site: Site, prefix: str = "") -> tuple[Shown, str, str]:
    """The page that shows a new link, its path and its words."""
    page = site.post(f"{prefix}/settings/devices")
    address, words = ADDRESS.search(page.html), WORDS.search(page.html)
    assert address
    assert words
    return page, address[1], words[1]


def come(other: Site, path: str, words: str) -> Shown:
    """Open the link in another browser and type the words."""
    assert other.get(path).path == "/continue"
    return other.post("/continue", words=words)


def test_one_world_in_two_browsers(site: Site, make_site: MakeSite) -> None:
    site.answer_all()
    _page, path, words = offer(site)
    other = make_site()
    assert come(other, path, words).path == "/journeys/1/plan"
    assert other.world.id == site.world.id
    key = ("move", "date")
    other.journey.answer({key: date(2027, 4, 2)})
    assert site.journey.facts.by_key[key].value == date(2027, 4, 2)
    mine, theirs = site.get("/journeys/1/review"), other.get("/journeys/1/review")
    assert "4月2日" in mine.html
    assert mine.h1 == theirs.h1


def test_link_and_words_are_shown_once_and_give_nothing_away(site: Site) -> None:
    site.look_up()
    page, path, words = offer(site)
    assert re.fullmatch(r"/continue/[\w-]{43}", path)
    assert len(words.split("　")) == devices.WORDS
    assert set(words.split("　")) <= set(devices.VOCABULARY)
    assert "<svg" in page.html
    assert "style=" not in page.html
    again = site.get("/settings/devices")
    assert path not in again.html
    assert words not in again.html
    assert again.h1 == "別の端末で続ける"
    token = path.rpartition("/")[2]
    with site.context.database.read() as session:
        row = session.scalars(sa.select(models.DeviceLink)).one()
    kept = repr((row.digest, row.words))
    assert token not in kept
    assert all(word not in row.words.decode("latin-1") for word in words.split("　"))
    assert row.digest == devices.digest(token)


def test_other_languages_get_digits(site: Site, make_site: MakeSite) -> None:
    site.look_up()
    _page, path, words = offer(site, "/en")
    assert re.fullmatch(r"\d{4} \d{4}", words)
    assert path.startswith("/en/continue/")
    other = make_site()
    wide = words.translate({ord(str(n)): ord("０") + n for n in range(10)})
    assert come(other, path.removeprefix("/en"), f" {wide} ").status == 200
    assert other.world.id == site.world.id


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("いぬ ねこ　やま、かわ", True),
        ("イヌネコヤマカワ", True),
        ("ｲﾇ ﾈｺ ﾔﾏ ｶﾜ", True),
        ("いぬ ねこ かわ やま", False),
        ("いぬ ねこ やま", False),
    ],
)
def test_how_words_are_written_does_not_matter(typed: str, same: bool) -> None:
    assert (devices.plain(typed) == devices.plain("いぬ　ねこ　やま　かわ")) is same


def test_the_vocabulary_is_large_enough_and_each_word_is_one_way_to_write() -> None:
    assert len(set(devices.VOCABULARY)) == len(devices.VOCABULARY) >= 128
    assert all(re.fullmatch("[ぁ-んー]{2,6}", word) for word in devices.VOCABULARY)


def test_wrong_words_say_how_many_tries_are_left_and_five_end_the_link(site: Site, make_site: MakeSite) -> None:
    site.look_up()
    _page, path, words = offer(site)
    other = make_site()
    for left in (4, 3, 2, 1):
        page = come(other, path, "ちがうことば")
        assert page.status == 422
        assert f"合言葉が違います。あと{left}回です" in page.html
        assert page.html.count("<title>エラー：") == 1
    nothing = come(other, path, "　")
    assert nothing.status == 422
    assert "あと1回まで" in nothing.html, "nothing typed is no try"
    assert come(other, path, "ちがうことば").h1 == "このリンクは、使えなくなりました"
    dead = other.get(path)
    assert (dead.status, dead.h1) == (410, "このリンクは、使えなくなりました")
    with other.client.session_transaction() as session:
        assert "world" not in session
    right = make_site()
    right.client.get(path)
    assert right.post("/continue", words=words).status == 410


def test_a_link_works_once_and_for_a_day(site: Site, make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    site.look_up()
    _page, path, words = offer(site)
    come(make_site(), path, words)
    used = make_site().get(path)
    assert (used.status, used.h1) == (410, "このリンクは、もう使われました")
    _page, path, words = offer(site)
    later = real_now() + devices.LIFE + timedelta(seconds=1)
    monkeypatch.setattr(devices, "real_now", lambda: later)
    expired = make_site().get(path)
    assert (expired.status, expired.h1) == (410, "このリンクは、期限が過ぎました")


def test_what_looks_at_links_in_advance_uses_nothing_up(site: Site, make_site: MakeSite) -> None:
    site.look_up()
    _page, path, words = offer(site)
    scanner = make_site()
    for _ in range(7):
        assert scanner.client.get(path).status_code == 303
        assert scanner.client.head(path).status_code == 303
    assert come(make_site(), path, words).status == 200


def test_two_at_the_same_time_are_not_both_let_in(site: Site) -> None:
    site.look_up()
    made = devices.offer(site.world, in_words=True)
    came: list[devices.Entered | None] = []

    def enter() -> None:
        came.append(devices.enter(site.context, devices.digest(made.token), made.words))

    threads = [threading.Thread(target=enter) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.world is not None for one in came if one) == [False] * 5 + [True]


def test_a_new_link_puts_the_older_one_out_of_use_and_one_can_be_stopped(site: Site, make_site: MakeSite) -> None:
    site.look_up()
    _page, older, _words = offer(site)
    _page, path, _words = offer(site)
    assert make_site().get(older).h1 == "リンクが見つかりません"
    n = devices.devices(site.world)[0].n
    assert "止めました" in site.post(f"/settings/devices/{n}/end").html
    stopped = make_site().get(path)
    assert (stopped.status, stopped.h1) == (410, "このリンクは、止められました")
    assert make_site().get("/continue/nothing-of-ours").status == 410


def test_the_first_device_sees_the_other_one_and_ends_it(site: Site, make_site: MakeSite) -> None:
    site.look_up()
    _page, path, words = offer(site)
    other = make_site()
    come(other, path, words)
    listed = site.get("/settings/devices")
    assert "リンクで開いた端末（1）" in listed.html
    assert "リンク1の端末を終わりにする" in listed.html
    assert "この端末を終わりにする" in other.get("/settings/devices").html
    site.post("/settings/devices/1/end")
    ended = other.get("/journeys/1/plan")
    assert ended.h1 == "この端末では終わりになりました"
    assert other.client.get("/live/mark").status_code == 410
    assert site.get("/journeys/1/plan").status == 200
    assert "リンクで開いた端末" not in site.get("/settings/devices").html
    assert other.get("/cases").path == "/start", "said once; then it is a browser like any other"


def test_nobody_ends_devices_of_another_world(site: Site, make_site: MakeSite) -> None:
    site.look_up()
    _page, path, words = offer(site)
    other = make_site()
    come(other, path, words)
    stranger = make_site()
    stranger.look_up()
    stranger.post("/settings/devices/1/end")
    assert other.get("/journeys/1/plan").path == "/journeys/1/plan"


def test_beginning_anew_on_the_other_device_leaves_the_first_its_world(site: Site, make_site: MakeSite) -> None:
    site.look_up()
    _page, path, words = offer(site)
    other = make_site()
    other.enter("kudo")
    own = other.world.id
    assert "消えます" in other.get(path).html
    other.post("/continue", words=words)
    assert other.world.id == site.world.id
    with site.context.database.read() as session:
        assert session.get(models.World, own) is None, "what was begun here went, as announced"
    other.enter("kudo")
    assert site.get("/journeys/1/plan").path == "/journeys/1/plan"


def test_links_go_with_their_world_and_the_migration_goes_there_and_back(site: Site, tmp_path: Path) -> None:
    site.look_up()
    offer(site)
    site.world.delete()
    with site.context.database.read() as session:
        assert session.scalars(sa.select(models.DeviceLink)).all() == []
    database = Database(f"sqlite:///{tmp_path}/store.sqlite", "00" * 32)
    database.upgrade()
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(models.__file__).parent / "migrations"))
    config.set_main_option("sqlalchemy.url", database.url)

    def tables() -> Any:
        return sa.inspect(database.engine).get_table_names()

    assert "device_links" in tables()
    command.downgrade(config, "0004")
    assert "device_links" not in tables()
    command.upgrade(config, "head")
    assert "device_links" in tables()
    database.close()


def test_the_page_is_reached_from_every_page_of_a_world(site: Site) -> None:
    assert "/settings/devices" not in site.get("/help").html.partition("<footer")[2]
    site.answer_all()
    for path in ("/journeys/1/plan", "/journeys/1/review", "/cases", "/help", "/settings/session"):
        assert "/settings/devices" in site.get(path).links(), path
