"""Bodies in the shape of e-Gov 電子申請API v2: names of members as published; what we add says so."""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from .models import In

T = TypeVar("T")
ProcId = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{16}$")]
ArriveId = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{16,18}$")]
SubId = Annotated[int, Field(ge=1, le=999)]


class Metadata(BaseModel):
    """Of every answer. `type`: what the answer is; `instance`: the path that was called."""

    title: str
    detail: str
    type: str
    instance: str


class ResultSet(BaseModel):
    """Of every list. `offset` counts pages from 1."""

    all_count: int
    limit: int
    offset: int
    count: int


class Answer(BaseModel, Generic[T]):
    """One result."""

    model_config = ConfigDict(populate_by_name=True)
    metadata: Metadata
    resultset: ResultSet | None = None
    results: T
    links: dict[str, str] | None = Field(default=None, alias="_links")

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """A name that may stand in an OpenAPI document."""
        return f"{params[0].__name__}Answer"


class FileData(In):
    """A ZIP in base64."""

    file_name: str = Field(pattern=r"\.zip$", max_length=200)
    file_data: str = Field(min_length=1)


class ApplyIn(In):
    """申請データ送信, and 形式チェック."""

    proc_id: ProcId
    send_file: FileData


class CheckIn(ApplyIn):
    """形式チェック. `arrive_id` is ours: of the application that is to be corrected, where the data are a correction."""

    arrive_id: ArriveId | None = None


class BulkIn(In):
    """申請データbulk送信: one folder of the ZIP for each application."""

    send_file: FileData


class AmendIn(In):
    """補正データ送信."""

    arrive_id: ArriveId
    send_file: FileData


class WithdrawIn(In):
    """取下げ依頼送信. The public API wants a file; here it may be absent."""

    arrive_id: ArriveId
    send_file: FileData | None = None


class DocumentDoneIn(In):
    """公文書の取得完了."""

    arrive_id: ArriveId
    notice_sub_id: SubId


class DocumentVerifyIn(In):
    """公文書署名検証: a ZIP with one signed PDF; the public API names the signed XML in it, here it is the PDF."""

    file_name: str = Field(max_length=200)
    file_data: str = Field(min_length=1)
    sig_verification_xml_file_name: str = Field(max_length=200)


class FormInfo(BaseModel):
    """様式. Stylesheet, check and schema files are not part of the simulation."""

    form_id: str
    form_version: int
    form_name: str
    apply_file_name: str


class ProcedureResult(BaseModel):
    """手続選択: the skeleton as a ZIP."""

    file_data: str
    configuration_file_name: list[str]
    file_info: list[FormInfo]


class ListedProcedure(BaseModel):
    """Ours: one line of the catalogue. `submission_destinations`: 提出先識別子 and names."""

    proc_id: str
    proc_name: str
    procedure: str
    form_id: str
    form_version: int
    submission_destinations: list[dict[str, str]]


class ProcedureList(BaseModel):
    """Ours: e-Gov publishes its list of procedures as a file."""

    procedure_list: list[ListedProcedure]


class Report(BaseModel):
    """One line of an error report; `-` where it does not apply."""

    form_name: str = "-"
    attached_file_name: str = "-"
    file_name: str = "-"
    item: str = "-"
    content: str


class ApplyResult(BaseModel):
    """到達."""

    arrive_id: str
    arrive_date: str
    corporation_name: str = ""
    applicant_name: str
    apply_type: str = "新規申請"
    proc_name: str
    ministry_name: str
    submission_destination: str
    apply_form: dict[str, list[dict[str, str]]]


class CheckResult(BaseModel):
    """形式チェック. `application_digest` is ours: base64 of what a signature has to cover."""

    message: str
    error_count: int
    report_list: list[Report] = Field(default_factory=list)
    application_digest: str | None = None


class BulkResult(BaseModel):
    """送信番号. The public API takes the data in later; here it has happened when the answer comes."""

    send_number: str
    send_date: str
    file_name: str
    apply_count: int


class AmendResult(BaseModel):
    """補正受付."""

    arrive_id: str
    amend_date: str


class WithdrawResult(BaseModel):
    """取下げ."""

    arrive_id: str
    withdraw_date: str
    corporation_name: str = ""
    applicant_name: str
    proc_name: str
    ministry_name: str
    submission_destination: str


class CaseResult(BaseModel):
    """申請案件. `status` is one of 到達, 審査中, 審査終了, 手続終了, 補正待ち, 来庁待ち (ours), 取下済."""

    status: str
    send_number: str | None = None
    arrive_id: str
    arrive_date: str
    corporation_name: str = ""
    applicant_name: str
    proc_name: str
    submission_destination: str
    withdraw_flag: bool
    pay_status: str = "-"
    notice_count: int
    doc_count: int
    apply_pay_count: int = 0
    notice_list: list[dict[str, Any]]
    official_list: list[dict[str, Any]]
    applied_account: str


class CaseList(BaseModel):
    """申請案件一覧."""

    apply_list: list[CaseResult]


class BulkReportList(BaseModel):
    """エラーレポート: what became of each application of a bulk."""

    error_report_info: list[dict[str, Any]]


class NoticeList(BaseModel):
    """申請案件に関する通知の一覧."""

    notice_list: list[dict[str, Any]]


class NoticeResult(BaseModel):
    """One 通知."""

    notice: dict[str, Any]


class MessageList(BaseModel):
    """手続に関するご案内の一覧."""

    information_list: list[dict[str, Any]]


class MessageResult(BaseModel):
    """One ご案内."""

    information: dict[str, Any]


class DocumentResult(BaseModel):
    """公文書: signed PDFs in a ZIP."""

    file_data: str
    file_name_list: list[dict[str, str]]


class DocumentDoneResult(BaseModel):
    """取得完了."""

    arrive_id: str
    notice_sub_id: int
    proc_name: str
    doc_title: str
    download_date: str
    file_name_list: list[dict[str, str]]


class DocumentVerifyResult(BaseModel):
    """署名検証."""

    sig_verification_xml_file_name: str
    verify_result: list[dict[str, Any]]
