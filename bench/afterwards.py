"""What comes after the signature: filing a large plan, the page of sixty cases, and two hundred pages that wait for news."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median
from threading import Thread
from time import monotonic, perf_counter, sleep

from sqlalchemy import update

from app.engine.planner import make_plan
from app.factory import PAGE_THREADS, Site
from app.store import models
from app.world.worlds import World
from bench.measuring import Row, per_call
from bench.serving import Listener, Load, Served, listen, serving
from tests.citizen import Citizen
from tests.prepared import COOKIE, cookie

GUIDE = "yamashina"
CASES, LISTENERS, TOO_MANY, RATE, SECONDS = 60, 200, 20, 20, 15


def largest(site: Site) -> str:
    """The moving household that files the most."""
    context = site.context
    counts: dict[str, int] = {}
    for id_, household in context.households.items():
        if household.persona.event == "moving" and household.persona.card.state == "valid":
            facts = household.facts(context.library.vocabulary)
            plan = make_plan(context.library.events["moving"], facts, household.persona.today)
            counts[id_] = len(plan.by_verdict["required"])
    return max(counts, key=lambda id_: (counts[id_], id_))


def filing(site: Site, row: Row) -> None:
    """Plans over real HTTP, from the press on "sign" to the receipt, and the page of many cases afterwards."""
    for persona in dict.fromkeys((largest(site), GUIDE)):
        took, world = _submit(site, persona)
        cases = world.cases()
        sent = sum(1 for case in cases if case.arrival_number)
        row(
            f"submit `{persona}`: sign, file {len(cases)} cases, {sent} taken at once, the others wait for them, receipt",
            f"{took:.2f} s",
            "under 5 s",
        )
    _fill(world, CASES)
    client = site.app.test_client()
    client.set_cookie(COOKIE, cookie(site.app, world.id))
    shown = client.get("/cases").text.count('class="entry"')
    if shown != CASES:
        raise SystemExit(f"the page of cases shows {shown}")
    took = per_call(lambda: client.get("/cases"), 20)
    row(f"status page with {CASES} cases, offices asked each time", f"{took * 1000:.0f} ms", "under 100 ms")
    took = per_call(lambda: client.get("/live/mark"), 60)
    row(f"asking whether anything is new, {CASES} cases", f"{took * 1000:.1f} ms", "under 5 ms")


def _submit(site: Site, persona: str) -> tuple[float, World]:
    with closing(Citizen(site, persona)) as citizen:
        citizen.show_card()
        citizen.tell()
        start = perf_counter()
        citizen.sign()
        return perf_counter() - start, citizen.world


def _fill(world: World, count: int) -> None:
    """Copies of a world's cases with all that happened to them, until there are so many."""
    database, cases = world.context.database, world.cases()
    with database.write() as session:
        for n in range(len(cases) + 1, count + 1):
            of = cases[(n - 1) % len(cases)]
            kept = session.get_one(models.Case, (world.id, of.n))
            values = {column.name: getattr(kept, column.name) for column in models.Case.__table__.columns}
            number = f"{of.arrival_number}-{n}" if of.arrival_number else None
            session.add(
                models.Case(
                    **values | {"n": n, "idempotency_key": f"{kept.idempotency_key}-{n}", "arrival_number": number}
                )
            )
            for event in session.query(models.CaseEvent).filter_by(world=world.id, case=of.n):
                values = {column.name: getattr(event, column.name) for column in models.CaseEvent.__table__.columns}
                session.add(models.CaseEvent(**values | {"case": n}))
    world.forget()


def listening(row: Row) -> None:
    """Two hundred browsers that listen, some more that may not, and twenty page requests a second, on what `hitomado serve` runs."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as served, ExitStack() as stack:
        worlds = served.worlds(LISTENERS + TOO_MANY)
        cookies = [served.cookie(world) for world in worlds]
        alone = _load(served, cookies)
        listeners = [stack.enter_context(closing(listen(served, signed_in))) for signed_in in cookies]
        streams = [one for one in listeners if one.status == 200]
        polling = [one for one in listeners if one.status == 204]
        row(
            f"{LISTENERS + TOO_MANY} browsers that want a stream: served, told to ask",
            f"{len(streams)}, {len(polling)}",
            f"{LISTENERS}, {TOO_MANY}: nobody is left without an answer",
        )
        heard = [one for one in streams if one.read(b"event: changed", 30)]
        delays: list[float] = []
        news = Thread(target=_news, args=(served, worlds, streams[: len(heard)], delays))
        news.start()
        busy = _load(served, cookies)
        news.join()
        for name, load in (("no stream open", alone), (f"{len(streams)} streams open", busy)):
            row(
                f"{RATE} pages a second for {SECONDS} s, {name}: half and 99 of 100 within",
                f"{load.at(50) * 1000:.0f} and {load.at(99) * 1000:.0f} ms, {load.failed} of {len(load.took)} failed",
                "0 failed",
            )
        row(
            f"from a change to the word of it, {len(delays)} streams: half, last",
            f"{median(delays):.2f} s, {max(delays):.2f} s",
            "under 3 s",
        )
        row(
            f"resident memory with {len(streams)} streams (threads: {PAGE_THREADS} for pages)",
            f"{served.memory():.0f} MB",
        )


def _load(served: Served, cookies: list[str]) -> Load:
    load = Load()
    paths = ("/cases", "/", "/inbox", "/live/mark")
    load.run([(served.url + paths[n % len(paths)], one) for n, one in enumerate(cookies)], RATE, SECONDS)
    return load


def _news(served: Served, worlds: list[str], streams: list[Listener], delays: list[float]) -> None:
    """While pages are asked for, something happens in every world; each listener says when it heard."""
    sleep(SECONDS / 3)
    for one in streams:
        one.said = b""
    with served.database.write() as session:
        session.execute(update(models.World).where(models.World.id.in_(worlds)).values(now="2027-03-16T09:00:00"))
    begun = monotonic()

    def hear(one: Listener) -> None:
        if one.read(b"event: changed", 30):
            delays.append(monotonic() - begun)

    threads = [Thread(target=hear, args=(one,)) for one in streams]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
