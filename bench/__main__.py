"""`python -m bench`: what things cost, as a table; pages as ratios against a bare Flask and Jinja page in the same run.

Numbers are medians of this machine at this moment. Nothing here is a test; targets stand beside the numbers.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from flask import Flask, render_template
from jinja2 import DictLoader

from app.config import ROOT, real_now
from app.engine.library import Library, load
from app.engine.personas import load_household
from app.engine.planner import make_plan
from app.factory import Site, create_site
from app.gateway.base import Place
from app.gateway.everywhere import Everywhere
from app.world.worlds import World
from bench import afterwards
from bench.measuring import per_call, row
from tests.prepared import looked_up

BARE = """{% macro row(n) %}<li class="row"><h3><a href="/{{ n }}">{{ n }}番目の手続</a></h3><dl><div><dt>提出先</dt><dd>市</dd></div>
<div><dt>期限</dt><dd><time datetime="2027-04-12">4月12日</time></dd></div><div><dt>状態</dt><dd>あと2問</dd></div></dl></li>{% endmacro %}
<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>手続</title></head><body><main><h1>手続</h1>
<ul>{% for n in range(rows) %}{{ row(n) }}{% endfor %}</ul></main></body></html>"""


def definitions() -> Library:
    """Loading everything, and planning for the largest household."""
    folder = ROOT / "procedures"
    row("load all definitions", f"{per_call(lambda: load(folder), 5) * 1000:.0f} ms", "under 1,000 ms")
    library = load(folder)
    event = library.events["moving"]
    for id_ in ("ooba", "yamashina", "kudo"):
        household = load_household(folder / "personas" / f"{id_}.yaml", event)
        facts = household.facts(library.vocabulary)
        count = len(make_plan(event, facts, household.persona.today).procedures)
        took = per_call(lambda facts=facts, today=household.persona.today: make_plan(event, facts, today))  # type: ignore[misc]
        row(
            f"plan section A for `{id_}` ({len(facts.by_key)} facts, {count} verdicts)",
            f"{took * 1000:.2f} ms",
            "median at most 1 ms" if id_ == "ooba" else "",
        )
        asked = per_call(lambda facts=facts, today=household.persona.today: make_plan(event, facts, today).pages)  # type: ignore[misc]
        row(f"the same with the questions that are left, for `{id_}`", f"{asked * 1000:.2f} ms")
    return library


def pages(site: Site) -> None:
    """Pages of a running journey against a bare page with as many rows."""
    world, journey = looked_up(site.context)
    bare = Flask("bare")
    bare.jinja_loader = DictLoader({"page.html": BARE})
    bare.add_url_rule("/<int:rows>", "page", lambda rows: render_template("page.html", rows=rows))
    bare_client = bare.test_client()
    client = site.app.test_client()
    with client.session_transaction() as session:
        session.update(world=world.id, until=int(real_now().timestamp()) + 3600)
    question = journey.plan.pages[0].id
    for name, path in (
        ("plan page", "/journeys/1/plan"),
        ("question page", f"/journeys/1/questions/{question}"),
        ("home", "/"),
    ):
        answer = client.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}")
        # A bare page of the same length: as many rows as make up as much text as the page has.
        size = len(answer.data)
        rows = next(n for n in range(1, 2000) if len(bare_client.get(f"/{n}").data) >= size)
        base = per_call(lambda rows=rows: bare_client.get(f"/{rows}"), 60)  # type: ignore[misc]
        took = per_call(lambda path=path: client.get(path), 60)  # type: ignore[misc]
        row(f"bare Flask and Jinja page of {size / 1000:.0f} kB", f"{base * 1000:.2f} ms", "1")
        row(name, f"{took * 1000:.2f} ms = {took / base:.1f} × bare", "at most 3 ×" if name != "home" else "")


def weight(site: Site) -> None:
    """Bytes of a first visit, compressed as a server would."""
    client = site.app.test_client()
    sizes = {"HTML": len(gzip.compress(client.get("/").data))}
    for name, files in {
        "CSS": ("vendor/tokens.css", "css/base.css", "css/components.css", "css/print.css"),
        "JS": ("vendor/htmx.min.js", "js/app.js", "js/live.js"),
    }.items():
        sizes[name] = sum(len(gzip.compress((ROOT / "app" / "static" / file).read_bytes())) for file in files)
    for name, budget in (("HTML", 15), ("CSS", 20), ("JS", 25)):
        row(f"first visit, {name} gzipped", f"{sizes[name] / 1024:.1f} KB", f"at most {budget} KB")


START = """
import sys, time
begun = time.perf_counter()
from pathlib import Path
from app.factory import create_site
site = create_site(Path(sys.argv[1]))
took = time.perf_counter() - begun
rss = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS"))
print(took, rss)
site.close()
"""


def services(site: Site) -> None:
    """The whole thing at rest, its start, and one look-up in a register over HTTP."""
    with tempfile.TemporaryDirectory() as folder:
        # Python keeps what it compiled, whatever the shell of this run says: a second start is a second start.
        surroundings = os.environ | {"PYTHONPYCACHEPREFIX": f"{folder}/compiled", "PYTHONDONTWRITEBYTECODE": ""}
        for name in ("first start, empty data folder", "second start"):
            command = [sys.executable, "-c", START, f"{folder}/data"]
            ran = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=True)
            started, rss = ran.stdout.split()
            row(f"site and five services in one process, {name}", f"{float(started):.1f} s", "second under 3 s")
        row("resident memory at rest", f"{int(rss) / 1024:.0f} MB")
    world = World.make(site.context, "yamashina")
    simulation = site.context.mynumber.simulation
    assert isinstance(simulation, Everywhere)
    asked = {
        "subjects": [world.household.roles["applicant"]], "items": ["person.public_account"], "purpose": "bench",
        "legal_basis": "番号法 第9条", "client": "bench",
    }  # fmt: skip
    call = simulation.others["account"].call
    place = Place(world.id, world.now)
    took = per_call(lambda: call("POST", "/registers/account/inquiries", place=place, json=asked, control=True), 60)
    row("one register look-up over HTTP", f"{took * 1000:.1f} ms")


def main() -> None:
    """Print the table."""
    print("| what | measured | target |\n|---|---|---|")
    definitions()
    with tempfile.TemporaryDirectory() as folder:
        site = create_site(Path(folder))
        try:
            pages(site)
            weight(site)
            services(site)
            afterwards.filing(site, row)
        finally:
            site.close()
    afterwards.listening(row)


if __name__ == "__main__":
    main()
