"""Procedures as the gateway knows them: identifiers and forms made from our definitions, and the XML that carries an application.

Identifiers have the public lengths (手続識別子 16, 様式ID 18 characters). The XML inside of the ZIP is ours: e-Gov's differs from procedure
to procedure. A form's version is a number made of its fields, so that an application on an outdated form is noticed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from app.mynumber_guard import looks_real
from app.services.simcore.intake import real_number_problem

from .catalogue import Catalogue, Procedure

CONFIGURATION = "kousei.xml"
MAX_VERSION = 9999
ADDRESS = {"郵便番号": "postcode", "市区町村コード": "municipality", "町": "town", "番地": "block", "建物": "building"}
LISTS = frozenset({"choices", "subjects"})
NUMBERS = frozenset({"number", "money"})
SIGNED = {"署名値": "signature", "証明書": "certificate", "署名対象": "signed_digest", "署名日時": "signed_at"}


class FormError(Exception):
    """What is wrong with an application's files, for its error report: file, item, words."""

    def __init__(self, file: str, item: str, content: str) -> None:
        super().__init__(content)
        self.file, self.item, self.content = file, item, content


@dataclass(frozen=True, slots=True)
class Field:
    """One item of a form. `type`: as in the vocabulary; `required`: whatever else is answered."""

    reference: str
    item: str
    label: str
    type: str
    required: bool


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a procedure."""

    proc_id: str
    form_id: str
    version: int
    procedure: Procedure
    fields: tuple[Field, ...]

    @property
    def file_name(self) -> str:
        """The application's XML in the ZIP."""
        return f"{self.form_id}_01.xml"


def proc_id(procedure: str) -> str:
    """手続識別子: 16 characters, the same for a procedure for ever. `990S` is used by no ministry."""
    number = int.from_bytes(hashlib.sha256(procedure.encode()).digest()[:8]) % 10**9
    return f"990S{number:09d}000"


def forms(catalogue: Catalogue) -> dict[str, Form]:
    """All forms by 手続識別子. Private notices and what follows by itself have none."""
    found = {}
    for procedure in catalogue.procedures.values():
        if procedure.private or procedure.modes == {"automatic"}:
            continue
        fields = []
        for need in procedure.needs:
            info = catalogue.item(need.reference)
            if info is not None:
                fields.append(Field(need.reference, info.id, info.label, info.type, need.always))
        id_ = proc_id(procedure.id)
        made = "\n".join(f"{f.reference} {f.type} {f.required}" for f in fields)
        version = int.from_bytes(hashlib.sha256(made.encode()).digest()[:8]) % MAX_VERSION + 1
        found[id_] = Form(id_, f"{id_}01", version, procedure, tuple(fields))
    return found


# --- writing ----------------------------------------------------------------------------------------------------------
def _xml(root: ET.Element) -> bytes:
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _value(parent: ET.Element, value: Any) -> None:
    if isinstance(value, Mapping):
        for tag, part in ADDRESS.items():
            ET.SubElement(parent, tag).text = str(value.get(part) or "")
    elif isinstance(value, bool):
        parent.text = "true" if value else "false"
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for one in value:
            ET.SubElement(parent, "選択").text = str(one)
    else:
        parent.text = str(value)


def form_xml(form: Form, values: Mapping[str, Mapping[str, Any]] | None = None) -> bytes:
    """The application on a form; without `values` ({reference: {subject: value}}), the empty form."""
    root = ET.Element("申請書", {"様式ID": form.form_id, "様式バージョン": str(form.version)})
    ET.SubElement(root, "様式名").text = form.procedure.title
    for field in form.fields:
        about = {"名": field.reference, "ラベル": field.label, "型": field.type, "必須": "1" if field.required else "0"}
        item = ET.SubElement(root, "項目", about)
        for subject, value in (values or {}).get(field.reference, {}).items():
            _value(ET.SubElement(item, "値", {"主体": subject}), value)
    return _xml(root)


def configuration_xml(
    form: Form, authority: str = "", roles: Mapping[str, str | Sequence[str]] | None = None,
    signed: Mapping[str, Any] | None = None, *, subject: str | None = None, channel: str | None = None,
    attachments: Sequence[tuple[str, str]] = (),
) -> bytes:  # fmt: skip
    """構成管理情報: what is filed where, for whom, with which files, and the signature."""
    root = ET.Element("構成管理情報")
    ET.SubElement(root, "手続識別子").text = form.proc_id
    ET.SubElement(root, "提出先識別子").text = authority
    ET.SubElement(root, "提出方法").text = channel or form.procedure.default_mode
    if subject:
        ET.SubElement(root, "対象").text = subject
    for role, bound in (roles or {}).items():
        several = not isinstance(bound, str)
        for one in bound if several else [bound]:
            ET.SubElement(root, "役割", {"名": role, "複数": "1" if several else "0"}).text = str(one)
    paper = ET.SubElement(root, "申請書情報")
    for tag, text in (
        ("様式ID", form.form_id),
        ("様式バージョン", str(form.version)),
        ("申請書ファイル名", form.file_name),
    ):
        ET.SubElement(paper, tag).text = text
    for name, media_type in attachments:
        ET.SubElement(root, "添付書類", {"種類": media_type}).text = name
    if signed:
        part = ET.SubElement(root, "署名情報")
        for tag, name in SIGNED.items():
            ET.SubElement(part, tag).text = str(signed.get(name) or "")
        for digest in signed.get("manifest") or ():
            ET.SubElement(part, "一覧").text = digest
    return _xml(root)


def skeleton(form: Form) -> dict[str, bytes]:
    """The files of an empty application."""
    return {
        f"{form.proc_id}/{CONFIGURATION}": configuration_xml(form),
        f"{form.proc_id}/{form.file_name}": form_xml(form),
    }


# --- reading ----------------------------------------------------------------------------------------------------------
def read_xml(files: Mapping[str, bytes], name: str) -> ET.Element:
    """One XML file of an application; `FormError`, or `Problem` 422 where it holds a legal My Number."""
    content = files.get(name)
    if content is None:
        raise FormError(name, "-", "ファイルがありません")
    try:
        text = content.decode()
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise FormError(name, "-", "文書型の宣言は使えません")
        root = ET.fromstring(text)
    except (UnicodeDecodeError, ET.ParseError):
        raise FormError(name, "-", "XMLとして読めません") from None
    if any(looks_real(part) for part in root.itertext()):
        raise real_number_problem()
    return root


def read_configuration(files: Mapping[str, bytes]) -> tuple[str, dict[str, Any], str, str]:
    """手続識別子, the application without its facts, 様式ID with version, and the name of the application's XML."""
    root = read_xml(files, CONFIGURATION)
    roles: dict[str, Any] = {}
    for element in root.iter("役割"):
        name, who = element.get("名", ""), (element.text or "").strip()
        if element.get("複数") == "1":
            roles.setdefault(name, []).append(who)
        else:
            roles[name] = who
    body: dict[str, Any] = {
        "authority": (root.findtext("提出先識別子") or "").strip(),
        "channel": (root.findtext("提出方法") or "").strip() or None,
        "subject": (root.findtext("対象") or "").strip() or None,
        "subjects": roles,
    }
    attached = [((e.text or "").strip(), e.get("種類", "application/octet-stream")) for e in root.iter("添付書類")]
    missing = next((name for name, _ in attached if name not in files), None)
    if missing is not None:
        raise FormError(missing, "-", "添付書類のファイルがありません")
    if attached:
        body["attachments"] = [{"name": name, "media_type": kind, "size": len(files[name])} for name, kind in attached]
    body |= _signed(root)
    paper = "申請書情報"
    version = f"{root.findtext(f'{paper}/様式ID') or ''}/{root.findtext(f'{paper}/様式バージョン') or ''}"
    return (root.findtext("手続識別子") or "").strip(), body, version, root.findtext(f"{paper}/申請書ファイル名") or ""


def _signed(root: ET.Element) -> dict[str, Any]:
    signed = root.find("署名情報")
    if signed is None:
        return {}
    told: dict[str, Any] = {
        name: text for tag, name in SIGNED.items() if (text := (signed.findtext(tag) or "").strip())
    }
    manifest = [(e.text or "").strip() for e in signed.iter("一覧")]
    return told | ({"manifest": manifest} if manifest else {})


def read_signature(files: Mapping[str, bytes]) -> dict[str, Any]:
    """What proves who sent a correction: `signature` and what belongs to it, or `unsigned`; empty where neither is there."""
    if CONFIGURATION not in files:
        return {}
    root = read_xml(files, CONFIGURATION)
    why = (root.findtext("署名できない理由") or "").strip()
    return _signed(root) | ({"unsigned": why} if why else {})


def read_facts(form: Form, files: Mapping[str, bytes], name: str, *, partial: bool = False) -> dict[str, Any]:
    """Facts by `subject.item`; `FormError` for an unknown item, a value of another type, or (unless `partial`) a missing one."""
    root = read_xml(files, name)
    told = f"{root.get('様式ID')}/{root.get('様式バージョン')}"
    if told != f"{form.form_id}/{form.version}":
        raise FormError(name, "様式バージョン", "いまの様式ではありません。様式を取り直してください")
    fields = {field.reference: field for field in form.fields}
    found: dict[str, Any] = {}
    given = set()
    for item in root.iter("項目"):
        reference = item.get("名", "")
        field = fields.get(reference)
        if field is None:
            raise FormError(name, reference or "-", "この様式にない項目です")
        for value in item.findall("値"):
            if not value.get("主体"):
                raise FormError(name, field.label, "だれのことか（主体）がありません")
            found[f"{value.get('主体')}.{field.item}"] = _read(name, field, value)
            given.add(reference)
    absent = next((field for field in form.fields if field.required and field.reference not in given), None)
    if absent and not partial:
        raise FormError(name, absent.label, "入力されていません")
    return found


def _read(name: str, field: Field, value: ET.Element) -> Any:
    text = (value.text or "").strip()
    if field.type == "address" and len(value):
        return {part: (value.findtext(tag) or "").strip() for tag, part in ADDRESS.items()}
    if field.type in LISTS:
        return [(one.text or "").strip() for one in value.findall("選択")]
    if not text:
        raise FormError(name, field.label, "入力されていません")
    if field.type == "yes_no":
        if text not in ("true", "false"):
            raise FormError(name, field.label, "true か false で入力してください")
        return text == "true"
    if field.type in NUMBERS:
        if not text.lstrip("-").isascii() or not text.lstrip("-").isdigit():
            raise FormError(name, field.label, "数字で入力してください")
        return int(text)
    return text
