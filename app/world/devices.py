"""Going on with a world in another browser: a link for once, words to go with it, and the list of browsers that came in by one.

The link's token is random; the store keeps its SHA-256. The words are kept as scrypt. Five wrong tries, a day, or the first use end a link.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select

from app.config import real_now
from app.store import models
from app.world.context import Context
from app.world.worlds import World

TOKEN_BYTES = 32
LIFE = timedelta(hours=24)
"""Real time: the simulated date may jump by weeks."""
TRIES = 5
WORDS, DIGITS = 4, 8
HIRAGANA = {ord("ァ") + n: ord("ぁ") + n for n in range(86)}

Standing = Literal["open", "used", "expired", "dead", "ended"]
WORD_LIST = """
    あさひ あしあと あひる あめ いけ いし いちご いと いなか いぬ いるか いろ うきわ うさぎ うた うちわ うみ うめ えき えくぼ
    えのぐ えほん えんぴつ おうち おかし おちゃ おに おはな おりがみ かえで かえる かき かさ かざぐるま かたつむり かに かば かみ
    からす かわ きつね きって きのこ きのみ きりん くじら くま くも くり くるま けむし けやき こいぬ こおり こけし こたつ こま
    ことり こねこ さかな さくら さくらんぼ ささ さつまいも さる しか しまうま しろ すいか すずめ すな すみれ せみ そら たいこ
    たけ たこ たぬき たまご たんぽぽ ちず つき つくえ つくし つばめ つみき つる てがみ てぶくろ とうふ とけい とまと とり どんぐり
    なし なす なつ なのはな にじ にわとり ぬの ねこ ねぎ のはら のり はこ はさみ はし はちみつ はと はなび はりねずみ ひこうき
    ひつじ ひまわり ふうせん ふくろう ふね ふゆ ぶどう へちま ほし ほたる まくら まつ まど まめ みかん みずうみ みどり むぎ めがね
    めだか もみじ もも もり やかん やぎ やま ゆうひ ゆき ゆず よる らくだ りす りんご れんこん ろうそく わかめ わたあめ わに
"""
VOCABULARY = tuple(WORD_LIST.split())


@dataclass(frozen=True)
class Offer:
    """What is shown once: the token of the link and the words that go with it."""

    n: int
    token: str
    words: str


@dataclass(frozen=True)
class Device:
    """A link and what became of it. Moments are real."""

    n: int
    standing: Standing
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    tries_left: int


@dataclass(frozen=True)
class Entered:
    """What came of typing the words: the link as it stands now, and the world where they were right."""

    device: Device
    world: World | None


def offer(world: World, *, in_words: bool) -> Offer:
    """A new link; what was offered before and not used leads nowhere from now on. ``in_words``: Japanese words, else digits."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    phrase = _phrase(in_words)
    now = real_now()
    row = models.DeviceLink
    with world.context.database.write() as session:
        for older in session.scalars(select(row).where(row.world == world.id, row.used_at.is_(None))):
            session.delete(older)
        session.flush()
        n = (session.scalar(select(func.max(row.n)).where(row.world == world.id)) or 0) + 1
        session.add(
            row(
                world=world.id, n=n, digest=digest(token), words=_hashed(phrase), tries_left=TRIES,
                made_at=now.isoformat(), expires_at=(now + LIFE).isoformat(), used_at=None, ended_at=None,
            )
        )  # fmt: skip
    return Offer(n, token, phrase)


def devices(world: World) -> list[Device]:
    """Links of a world that are open or in use, the newest first."""
    row = models.DeviceLink
    query = select(row).where(row.world == world.id, row.ended_at.is_(None)).order_by(row.n.desc())
    with world.context.database.read() as session:
        found = [_device(one) for one in session.scalars(query)]
    return [one for one in found if one.standing in ("open", "used")]


def end(world: World, n: int) -> bool:
    """Close a link, or shut out the browser that came in by it. False where there is nothing to end."""
    with world.context.database.write() as session:
        row = session.get(models.DeviceLink, (world.id, n))
        if row is None or row.ended_at is not None:
            return False
        row.ended_at = real_now().isoformat()
        return True


def shut_out(context: Context, world: str, n: int) -> bool:
    """Whether the browser that came in by a link may no longer see the world."""
    with context.database.read() as session:
        row = session.get(models.DeviceLink, (world, n))
        return row is None or row.ended_at is not None


def look_up(context: Context, digest_: str) -> Device | None:
    """The link of a token's digest; None where there is none."""
    with context.database.read() as session:
        row = session.scalar(select(models.DeviceLink).where(models.DeviceLink.digest == digest_))
        return _device(row) if row is not None else None


def enter(context: Context, digest_: str, typed: str) -> Entered | None:
    """Try the words of a link. A wrong try counts; a right one uses the link up, once, however many arrive at the same time."""
    with context.database.write() as session:
        row = session.scalar(select(models.DeviceLink).where(models.DeviceLink.digest == digest_))
        if row is None:
            return None
        if _device(row).standing != "open":
            return Entered(_device(row), None)
        if not _same(row.words, typed):
            row.tries_left -= 1
            return Entered(_device(row), None)
        row.used_at = real_now().isoformat()
        device, id_ = _device(row), row.world
    return Entered(device, World.find(context, id_))


def digest(token: str) -> str:
    """What the store and the browser's cookie know of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def plain(typed: str) -> str:
    """Words as they are compared: width, kana, spaces and marks between them do not matter."""
    folded = unicodedata.normalize("NFKC", typed).translate(HIRAGANA)
    return "".join(letter for letter in folded if letter.isalnum() or letter == "ー").lower()


def _phrase(in_words: bool) -> str:
    if in_words:
        return "　".join(secrets.choice(VOCABULARY) for _ in range(WORDS))
    number = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    return f"{number[:4]} {number[4:]}"


def _hashed(phrase: str, salt: bytes | None = None) -> bytes:
    salt = salt or secrets.token_bytes(16)
    return salt + hashlib.scrypt(plain(phrase).encode(), salt=salt, n=2**13, r=8, p=1)


def _same(kept: bytes, typed: str) -> bool:
    return secrets.compare_digest(kept, _hashed(typed[:200], kept[:16]))


def _device(row: models.DeviceLink) -> Device:
    return Device(
        row.n,
        _standing(row),
        datetime.fromisoformat(row.made_at),
        datetime.fromisoformat(row.expires_at),
        datetime.fromisoformat(row.used_at) if row.used_at else None,
        row.tries_left,
    )


def _standing(row: models.DeviceLink) -> Standing:
    if row.ended_at is not None:
        return "ended"
    if row.used_at is not None:
        return "used"
    if row.tries_left <= 0:
        return "dead"
    return "expired" if datetime.fromisoformat(row.expires_at) <= real_now() else "open"
