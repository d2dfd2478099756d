"""How cases, notices and papers look to the gateway's clients: the words and members of e-Gov 電子申請API v2."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from . import papers
from .gateway import arrive_id, moment
from .models import receipt
from .papers import Case
from .states import EVENTS

STATUS = {
    "received": "到達", "in_review": "審査中", "approved": "審査終了", "rejected": "手続終了", "completed": "手続終了",
    "correction_requested": "補正待ち", "needs_visit": "来庁待ち", "waiting": "審査中", "withdrawn": "取下済", "expired": "手続終了",
}  # fmt: skip
TITLES = {
    "received": "到達のお知らせ", "review_started": "審査を始めました", "correction_requested": "補正のお願い",
    "visit_needed": "窓口へ来てください", "approved": "決定のお知らせ", "rejected": "決定のお知らせ", "completed": "終わりました",
    "visited": "窓口で受け付けました", "resubmitted": "補正を受け付けました", "withdrawn": "取下げを受け付けました",
    "expired": "期限が過ぎました", "paid": "支払いのお知らせ", "waitlisted": "保留のお知らせ", "looked_again": "保留のお知らせ",
}  # fmt: skip
KINDS = {"correction_requested": "補正", "withdrawn": "取下げ"}
KEPT_DAYS = 90  # that a paper can be fetched; an assumption, nothing is deleted


def notices(case: Case) -> list[tuple[int, dict[str, Any]]]:
    """Every event with words, under its position: notice_sub_id."""
    found = []
    for position, event in enumerate(case.events, 1):
        if not event.get("note"):
            continue
        notice = {
            "notice_sub_id": position,
            "issue_date": moment(event["at"]),
            "notice_data_type": KINDS.get(event["type"], "お知らせ"),
            "notice_title": TITLES[event["type"]],
            "notice_sentence": event["note"],
            "issuer_organization": case.authority.name,
        }
        if event["type"] == "correction_requested":
            answered = next((e["at"] for e in case.events[position:] if e["type"] == "resubmitted"), None)
            notice |= {"correct_expired_date": event.get("until")}
            notice |= {"correct_completed_date": moment(answered)} if answered else {}
        found.append((position, notice))
    return found


def notice(case: Case, sub_id: int) -> dict[str, Any] | None:
    """One notice in full, or None."""
    short = dict(notices(case)).get(sub_id)
    if short is None:
        return None
    full = {
        "issuer_organization": short["issuer_organization"], "notice_issue_date": short["issue_date"],
        "notice_type": short["notice_data_type"], "notice_title": short["notice_title"],
        "notice_sentence": short["notice_sentence"], "applicant_name_list": [{"applicant_name": case.applicant()}],
        "proc_name": case.procedure.title,
    }  # fmt: skip
    if short["notice_data_type"] == "補正":
        full |= {"correct_type": "部分補正", "correct_item": case.events[sub_id - 1].get("item")}
        full |= {name: short[name] for name in ("correct_expired_date", "correct_completed_date") if name in short}
    return full


def listed_notice(case: Case, sub_id: int, short: dict[str, Any]) -> dict[str, Any]:
    """One line of the list of all notices."""
    return {
        "issuer_organization": short["issuer_organization"], "arrive_id": arrive_id(case.application.number),
        "notice_sub_id": sub_id, "notice_issue_date": short["issue_date"], "type": short["notice_data_type"],
        "title": short["notice_title"], "applicant_name_list": [{"applicant_name": case.applicant()}],
        "proc_name": case.procedure.title,
    }  # fmt: skip


def officials(case: Case, downloaded: dict[int, str]) -> list[dict[str, Any]]:
    """Official papers, those of one event as one entry."""
    found: dict[int, dict[str, Any]] = {}
    for document in papers.documents(case):
        until: date = (document.issued_at + timedelta(days=KEPT_DAYS)).date()
        entry = found.setdefault(
            document.notice,
            {"notice_sub_id": document.notice, "allowed_date": moment(document.issued_at), "doc_title": document.title,
             "doc_download_expired_date": until.isoformat(), "sign": "あり"},
        )  # fmt: skip
        if document.notice in downloaded:
            entry["doc_download_date"] = downloaded[document.notice]
    return list(found.values())


def case_result(case: Case, account: str, downloaded: dict[int, str], send_number: str | None = None) -> dict[str, Any]:
    """申請案件."""
    told, documents = [one for _, one in notices(case)], officials(case, downloaded)
    state = receipt(case.application).state
    return {
        "status": STATUS[state], "send_number": send_number, "arrive_id": arrive_id(case.application.number),
        "arrive_date": moment(datetime.fromisoformat(case.application.received_at)), "applicant_name": case.applicant(),
        "proc_name": case.procedure.title, "submission_destination": case.authority.name,
        "withdraw_flag": (state, "withdrawn") in EVENTS, "notice_count": len(told), "doc_count": len(documents),
        "notice_list": told, "official_list": documents, "applied_account": account,
    }  # fmt: skip
