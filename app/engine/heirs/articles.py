"""Articles of law as they are cited: short keys for data and tests, full citations for pages.

A key is the article, then ``-`` and the paragraph (項) or, for article 900, the item (号), which is how that article is spoken of;
an item below a paragraph stands in brackets: ``889-1(2)``. ``の`` articles are listed one by one (``817-9`` is 第817条の9).
"""

from __future__ import annotations

import re

CIVIL_CODE = "民法"
_BRANCHES = frozenset({"32-2", "817-2", "817-9", "817-11", "904-2", "904-3", "958-2"})
_BY_ITEM = frozenset({"900"})
_KEY = re.compile(r"(?P<article>\d+)(?:-(?P<second>\d+))?(?:\((?P<item>\d+)\))?(?P<proviso> proviso)?")


def citation(key: str) -> str:
    """``887-2`` → 民法 第887条第2項. Raises ``ValueError`` for what is no key.

    >>> citation("900-4 proviso"), citation("817-9"), citation("889-1(2)")
    ('民法 第900条第4号ただし書', '民法 第817条の9', '民法 第889条第1項第2号')
    """
    found = _KEY.fullmatch(key)
    if found is None:
        raise ValueError(f"no key of an article: {key!r}")
    article, second, item, proviso = found.groups()
    text = f"{CIVIL_CODE} 第{article}条"
    if second is not None:
        if f"{article}-{second}" in _BRANCHES:
            text += f"の{second}"
        else:
            text += f"第{second}号" if article in _BY_ITEM else f"第{second}項"
    if item is not None:
        # 891 has a single paragraph: its items are cited without one
        text += f"第{item}号"
    return text + ("ただし書" if proviso else "")
