"""The submission gateway in the shape of e-Gov 電子申請API v2: own cases, notices, guidance, official papers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from app.services.documents.verifying import Finding
from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.problems import Problem, install, not_found

from . import egov_models as m
from . import egov_views, envelope, papers
from .api import Context
from .egov_call import ASSUMED, FILING, MINISTRY, PAGES, PREFIX, READING, Call, answer, call, dump, listed, paged
from .forms import proc_id
from .gateway import moment

MESSAGES_SINCE = "2026-04-01 09:00:00"  # when the guidance on procedures was published; an assumption

blueprint = Blueprint("egov", __name__, url_prefix=PREFIX)
install(blueprint)


# --- following --------------------------------------------------------------------------------------------------------
@blueprint.get("/apply/lists")
@operation(
    "T1", "申請案件一覧取得", ASSUMED, response=m.Answer[m.CaseList], errors=READING, security="user",
    query={"send_number": "only those of one bulk", **PAGES},
)  # fmt: skip
def case_list() -> tuple[Response, int]:
    """The account's own."""
    here = call()
    wanted = request.args.get("send_number")
    rows = [row for row in here.context.gateway.cases(here.world, here.account) if wanted in (None, row[1])]
    shown, result, links = paged(rows, lambda row: row[0].application.received_at)
    found = [_case_result(here, case, number) for case, number, _ in shown]
    return listed("申請案件一覧取得", "apply_list", found, result, links)


def _case_result(here: Call, case: papers.Case, number: str | None = None) -> Any:
    downloaded = here.context.gateway.downloaded(here.world, case.application.number)
    return dump(m.CaseResult.model_validate(egov_views.case_result(case, here.account.id, downloaded, number)))


@blueprint.get("/apply/report")
@operation(
    "T1", "エラーレポート取得", ASSUMED, response=m.Answer[m.BulkReportList], errors=READING, security="user",
    query={"send_number": "only that of one bulk", **PAGES},
)  # fmt: skip
def report() -> tuple[Response, int]:
    """What became of each application of a bulk."""
    here = call()
    wanted = request.args.get("send_number")
    rows = [
        one for one in here.context.gateway.reports(here.world, here.account) if wanted in (None, one["send_number"])
    ]
    return listed("エラーレポート取得", "error_report_info", *paged(rows, lambda row: row["send_date"]))


@blueprint.get("/apply/<arrive_id>")
@operation("T1", "申請案件取得", ASSUMED, response=m.Answer[m.CaseResult], errors=READING, security="user")
def one_case(arrive_id: str) -> tuple[Response, int]:
    """404 for a case of another account."""
    here = call()
    return answer("申請案件取得", _case_result(here, here.context.gateway.case(here.world, here.account, arrive_id)))


@blueprint.get("/notice/lists")
@operation(
    "T1",
    "申請案件に関する通知一覧取得",
    ASSUMED,
    response=m.Answer[m.NoticeList],
    errors=READING,
    security="user",
    query=PAGES,
)
def notice_list() -> tuple[Response, int]:
    """All that the offices wrote."""
    here = call()
    rows = [
        egov_views.listed_notice(case, position, short)
        for case, _, _ in here.context.gateway.cases(here.world, here.account)
        for position, short in egov_views.notices(case)
    ]
    rows.sort(key=lambda row: (row["notice_issue_date"], row["arrive_id"], row["notice_sub_id"]))
    return listed("申請案件に関する通知一覧取得", "notice_list", *paged(rows, lambda row: row["notice_issue_date"]))


@blueprint.get("/notice/<arrive_id>/<int:notice_sub_id>")
@operation(
    "T1", "申請案件に関する通知取得", f"`correct_item` (what to mend) is ours. {ASSUMED}",
    response=m.Answer[m.NoticeResult], errors=READING, security="user",
)  # fmt: skip
def one_notice(arrive_id: str, notice_sub_id: int) -> tuple[Response, int]:
    """One letter of an office, a request to correct among them."""
    here = call()
    found = egov_views.notice(here.context.gateway.case(here.world, here.account, arrive_id), notice_sub_id)
    if found is None:
        raise not_found("There is no such notice.")
    return answer("申請案件に関する通知取得", {"notice": found})


def _messages(context: Context) -> list[dict[str, Any]]:
    return [
        {
            "information_id": proc_id(one.procedure.id), "issuer_organization": MINISTRY, "issue_date": MESSAGES_SINCE,
            "proc_first_category": "くらし", "proc_second_category": "-", "proc_third_category": "-",
            "information_title": f"「{one.procedure.title}」を出す前に",
            "information_data": "\n".join(one.procedure.cautions),
        }
        for one in context.gateway.forms.values() if one.procedure.cautions
    ]  # fmt: skip


@blueprint.get("/message/lists")
@operation(
    "T1", "手続に関するご案内一覧取得", f"Made of the cautions in the definitions. {ASSUMED}",
    response=m.Answer[m.MessageList], errors=READING, security="user", query=PAGES,
)  # fmt: skip
def message_list() -> tuple[Response, int]:
    """The same for everybody."""
    rows = [{k: v for k, v in one.items() if k != "information_data"} for one in _messages(call().context)]
    return listed("手続に関するご案内一覧取得", "information_list", *paged(rows, lambda row: row["issue_date"]))


@blueprint.get("/message/<information_id>")
@operation("T1", "手続に関するご案内取得", ASSUMED, response=m.Answer[m.MessageResult], errors=READING, security="user")
def one_message(information_id: str) -> tuple[Response, int]:
    """One guidance in full."""
    found = next((one for one in _messages(call().context) if one["information_id"] == information_id), None)
    if found is None:
        raise not_found("There is no such guidance.")
    return answer("手続に関するご案内取得", {"information": {k: v for k, v in found.items() if k != "information_id"}})


# --- papers -----------------------------------------------------------------------------------------------------------
def _papers(here: Call, arrive: str, notice_sub_id: int) -> tuple[papers.Case, list[papers.Document]]:
    case = here.context.gateway.case(here.world, here.account, arrive)
    found = [one for one in papers.documents(case) if one.notice == notice_sub_id]
    if not found:
        raise not_found("There is no such paper.")
    return case, found


def _file_names(found: list[papers.Document]) -> list[dict[str, str]]:
    return [{"file_name": f"{one.name}.pdf"} for one in found]


@blueprint.get("/official_document/<arrive_id>/<int:notice_sub_id>")
@operation(
    "T1", "公文書取得", f"Signed PDFs. {ASSUMED}", response=m.Answer[m.DocumentResult], errors=READING, security="user"
)
def official_document(arrive_id: str, notice_sub_id: int) -> tuple[Response, int]:
    """All papers of one notice in a ZIP."""
    here = call()
    case, found = _papers(here, arrive_id, notice_sub_id)
    files = {f"{one.name}.pdf": here.context.archive.file(here.world, case, one) for one in found}
    links = {"self": request.path, "complete": f"{PREFIX}/official_document"}
    return answer("公文書取得", {"file_data": envelope.pack(files), "file_name_list": _file_names(found)}, _links=links)


@blueprint.post("/official_document")
@operation(
    "T1", "公文書取得完了", f"Again keeps the first moment. {ASSUMED}",
    request=m.DocumentDoneIn, response=m.Answer[m.DocumentDoneResult], errors=FILING, security="user",
)  # fmt: skip
def official_document_done() -> tuple[Response, int]:
    """The account has it."""
    here, sent = call(), body(m.DocumentDoneIn)
    case, found = _papers(here, sent.arrive_id, sent.notice_sub_id)
    at = here.context.gateway.mark_downloaded(here.world, here.now, case.application.number, sent.notice_sub_id)
    result = m.DocumentDoneResult(
        arrive_id=sent.arrive_id, notice_sub_id=sent.notice_sub_id, proc_name=case.procedure.title,
        doc_title=found[0].title, download_date=at, file_name_list=_file_names(found),
    )  # fmt: skip
    return answer("公文書取得完了", dump(result))


@blueprint.post("/official_document/verify")
@operation(
    "T1", "公文書署名検証", f"The file in the ZIP is a PDF with a PAdES signature, not an XML signature. {ASSUMED}",
    request=m.DocumentVerifyIn, response=m.Answer[m.DocumentVerifyResult], errors=FILING, security="user",
)  # fmt: skip
def verify_document() -> tuple[Response, int]:
    """Of this world's offices."""
    here, sent = call(), body(m.DocumentVerifyIn)
    content = envelope.unpack(sent.file_data).get(sent.sig_verification_xml_file_name)
    if content is None:
        raise Problem(400, "file-missing", "The ZIP does not hold the named file.", instance=request.path)
    found = here.context.archive.verify(here.world, content)
    result = m.DocumentVerifyResult(
        sig_verification_xml_file_name=sent.sig_verification_xml_file_name,
        verify_result=[{"official": _verified(found)}],
    )
    return answer("公文書署名検証", dump(result))


def _verified(found: Finding) -> dict[str, Any]:
    words = {
        "validation_result": "正当" if found.valid else "不正",
        "certificate_result": found.why or "有効",
        "certificate_count": 1,
    }
    names = {
        "publisher": found.issuer, "owner": found.signer, "serial_number": found.serial,
        "start_date": moment(found.not_before) if found.not_before else None,
        "end_date": moment(found.not_after) if found.not_after else None,
    }  # fmt: skip
    return words | {name: text for name, text in names.items() if text is not None}
