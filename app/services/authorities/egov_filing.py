"""The submission gateway in the shape of e-Gov 電子申請API v2: procedures, forms, filing, correcting, taking back."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.problems import install

from . import egov_models as m
from . import envelope, signature
from .egov_call import ASSUMED, FILING, MINISTRY, OURS, PREFIX, READING, answer, call, dump, inside, refused
from .forms import CONFIGURATION, FormError, skeleton
from .gateway import arrive_id, moment

blueprint = Blueprint("egov_filing", __name__, url_prefix=PREFIX)
install(blueprint)


# --- procedures -------------------------------------------------------------------------------------------------------
@blueprint.get("/procedure")
@operation(
    "T3", "手続一覧", f"{OURS}Every procedure that can be filed, with 手続識別子, form and where it may go.",
    response=m.Answer[m.ProcedureList], errors=READING, security="user",
)  # fmt: skip
def procedures() -> tuple[Response, int]:
    """The catalogue, made from the definitions."""
    here = call()
    offices = {a.id: a for a in here.context.catalogue.authorities.values()}.values()
    found = [
        m.ListedProcedure(
            proc_id=form.proc_id, proc_name=form.procedure.title, procedure=form.procedure.id, form_id=form.form_id,
            form_version=form.version,
            submission_destinations=[{"id": a.id, "name": a.name} for a in offices if form.procedure.taken_by(a)],
        )
        for form in here.context.gateway.forms.values()
    ]  # fmt: skip
    return answer("手続一覧", {"procedure_list": [dump(one) for one in found]})


@blueprint.get("/procedure/<proc_id>")
@operation("T1", "手続選択", ASSUMED, response=m.Answer[m.ProcedureResult], errors=READING, security="user")
def procedure(proc_id: str) -> tuple[Response, int]:
    """The skeleton of an application."""
    form = call().context.gateway.form(proc_id)
    info = m.FormInfo(
        form_id=form.form_id, form_version=form.version, form_name=form.procedure.title, apply_file_name=form.file_name
    )
    files = envelope.pack(skeleton(form))
    found = m.ProcedureResult(file_data=files, configuration_file_name=[CONFIGURATION], file_info=[info])
    return answer("手続選択", dump(found))


# --- filing -----------------------------------------------------------------------------------------------------------
@blueprint.post("/apply/check")
@operation(
    "T1", "形式チェック実行", f"Nothing is filed. {ASSUMED}",
    request=m.CheckIn, response=m.Answer[m.CheckResult], errors=FILING, security="user",
)  # fmt: skip
def check() -> tuple[Response, int]:
    """Errors are the answer, with 200."""
    here, sent = call(), body(m.CheckIn)
    gateway = here.context.gateway
    form, files = gateway.form(sent.proc_id), envelope.unpack(sent.send_file.file_data)
    try:
        if sent.arrive_id is None:
            digest = gateway.read(inside(files), sent.proc_id).digest()
        else:
            raw = gateway.correction(gateway.case(here.world, here.account, sent.arrive_id), files)
            digest = signature.application_digest(raw, signature.CORRECTED_FIELDS)
    except FormError as error:
        line = m.Report(form_name=form.procedure.title, file_name=error.file, item=error.item, content=error.content)
        return answer(
            "形式チェック実行", dump(m.CheckResult(message="誤りがあります。", error_count=1, report_list=[line]))
        )
    found = m.CheckResult(message="誤りはありません。", error_count=0, application_digest=digest)
    return answer("形式チェック実行", dump(found))


@blueprint.post("/apply")
@operation(
    "T1", "申請データ送信",
    f"With the header Idempotency-Key (ours) the same call files once; without it every call files anew. {ASSUMED}",
    request=m.ApplyIn, response=m.Answer[m.ApplyResult], errors=FILING, security="user",
)  # fmt: skip
def apply() -> tuple[Response, int]:
    """The office has it when the answer comes."""
    here, sent = call(), body(m.ApplyIn)
    gateway = here.context.gateway
    form = gateway.form(sent.proc_id)
    try:
        filed = gateway.read(inside(envelope.unpack(sent.send_file.file_data)), sent.proc_id)
    except FormError as error:
        raise refused(form.procedure.title, error) from None
    office = gateway.addressee(filed, here.account)
    here.context.suffer(here.world, f"authority:{office.id}", f"procedure:{form.procedure.id}")
    found = gateway.submit(here.world, here.now, here.account, here.key, filed)
    case = gateway.case(here.world, here.account, arrive_id(found.arrival_number))
    attached = [{"attached_file_name": one.name} for one in filed.sent.attachments]
    result = m.ApplyResult(
        arrive_id=arrive_id(found.arrival_number), arrive_date=moment(case.application.received_at),
        applicant_name=case.applicant(), proc_name=form.procedure.title, ministry_name=MINISTRY,
        submission_destination=office.name,
        apply_form={"form": [{"form_name": form.procedure.title}], "attached_file": attached},
    )  # fmt: skip
    links = {"self": request.path, "status": f"{PREFIX}/apply/{result.arrive_id}"}
    return answer("申請データ送信", dump(result), _links=links)


@blueprint.post("/bulk-apply")
@operation(
    "T1", "申請データbulk送信", f"Each folder of the ZIP is one application; its own errors are in the report. {ASSUMED}",
    request=m.BulkIn, response=m.Answer[m.BulkResult], status=202, errors=FILING, security="user",
)  # fmt: skip
def bulk_apply() -> tuple[Response, int]:
    """Many at once under one 送信番号."""
    here, sent = call(), body(m.BulkIn)
    files, name = envelope.unpack(sent.send_file.file_data), sent.send_file.file_name
    report = here.context.gateway.submit_all(here.world, here.now, here.account, here.key, name, files)
    result = {part: report[part] for part in ("send_number", "send_date", "file_name", "apply_count")}
    query = f"?send_number={report['send_number']}"
    links = {"self": request.path, "list": f"{PREFIX}/apply/lists{query}", "report": f"{PREFIX}/apply/report{query}"}
    return answer("申請データbulk送信", result, 202, _links=links)


@blueprint.post("/apply/amend")
@operation(
    "T1", "補正データ送信", f"Only the items that change need stand on the form; signed anew, in kousei.xml, or with 署名できない理由 there. {ASSUMED}",
    request=m.AmendIn, response=m.Answer[m.AmendResult], errors=FILING, security="user",
)  # fmt: skip
def amend() -> tuple[Response, int]:
    """409 unless a correction is asked for."""
    here, sent = call(), body(m.AmendIn)
    case = here.context.gateway.case(here.world, here.account, sent.arrive_id)
    here.context.suffer(here.world, f"authority:{case.authority.id}", f"procedure:{case.procedure.id}")
    try:
        here.context.gateway.amend(here.world, here.now, case, envelope.unpack(sent.send_file.file_data))
    except FormError as error:
        raise refused(case.procedure.title, error) from None
    return answer("補正データ送信", dump(m.AmendResult(arrive_id=sent.arrive_id, amend_date=moment(here.now))))


@blueprint.post("/apply/withdraw")
@operation(
    "T1", "取下げ依頼送信", f"Until it is decided; again has no further effect. {ASSUMED}",
    request=m.WithdrawIn, response=m.Answer[m.WithdrawResult], errors=FILING, security="user",
)  # fmt: skip
def withdraw() -> tuple[Response, int]:
    """409 once it is decided."""
    here, sent = call(), body(m.WithdrawIn)
    case = here.context.gateway.case(here.world, here.account, sent.arrive_id)
    here.context.suffer(here.world, f"authority:{case.authority.id}", f"procedure:{case.procedure.id}")
    here.context.gateway.withdraw(here.world, here.now, case)
    result = m.WithdrawResult(
        arrive_id=sent.arrive_id, withdraw_date=moment(here.now), applicant_name=case.applicant(),
        proc_name=case.procedure.title, ministry_name=MINISTRY, submission_destination=case.authority.name,
    )  # fmt: skip
    return answer("取下げ依頼送信", dump(result))
