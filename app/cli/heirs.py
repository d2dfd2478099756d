"""`hitomado heirs`: who inherits in a household file, by its family registers."""

from __future__ import annotations

from pathlib import Path

import click

from app.engine.heirs import Act, Family, FamilyError, Inheritance, Reason, citation, from_records, inherit
from app.engine.heirs.kin import Kin
from app.engine.heirs.tree import relation
from app.i18n import speaking
from app.services.simcore.personas import read_yaml
from app.web import heir_words


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--of", "deceased", help="Whose estate; by default that of the first death in the file.")
@click.option("--renounce", multiple=True, help="Somebody who renounces; may be given several times.")
def heirs(file: Path, deceased: str | None, renounce: tuple[str, ...]) -> None:
    """Heirs, shares and the articles they rest on, from the family registers of a household FILE.

    Example: hitomado heirs procedures/personas/sugihara.yaml --renounce takuya
    """
    (raw,) = read_yaml(file)
    records = raw.get("records") or {}
    deaths = [row["person"] for row in records.get("deaths", ())]
    if deceased is None and not deaths:
        raise click.ClickException("このファイルには、亡くなった人がいません（records.deaths）。")
    whose = deceased or deaths[0]
    try:
        acts = [Act(one, "renounced", whose) for one in renounce]
        family = from_records(records, raw["subjects"], whose, acts)
    except FamilyError as error:
        raise click.ClickException(f"家族の記録が合いません: {error}") from error
    found = inherit(family)
    names = {id_: subject.get("facts", {}).get("name", id_) for id_, subject in raw["subjects"].items()}
    with speaking("ja"):
        for line in _lines(family, found, {person.id: names.get(person.id, person.id) for person in family.people}):
            click.echo(line)


def _lines(family: Family, found: Inheritance, names: dict[str, str]) -> list[str]:
    kin = Kin(family)
    lines = [f"{names[found.deceased]}の相続"]
    for one in found.holders:
        told = heir_words.relation(relation(kin, one.person), names)
        own = [reason for heir in found.heirs if heir.person == one.person for reason in heir.reasons]
        lines.append(f"  {names[one.person]}（{told}） {one.share}  {_law((*own, *one.reasons))}")
    for out in found.excluded:
        told = heir_words.relation(relation(kin, out.person), names)
        codes = "・".join(reason.code for reason in out.reasons)
        lines.append(f"  － {names[out.person]}（{told}） {codes}  {_law(out.reasons)}")
    lines += [f"  ※ {remark.code}  {_law((remark,))}" for remark in found.remarks]
    if found.tax is not None:
        lines.append(f"  相続税の人数 {found.tax.count}  基礎控除 {found.tax.basic_deduction:,}円")
    return [line.rstrip() for line in lines]


def _law(reasons: tuple[Reason, ...]) -> str:
    return "、".join(dict.fromkeys(citation(reason.article) for reason in reasons if reason.article))
