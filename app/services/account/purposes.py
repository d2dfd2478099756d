"""For which payments an office may ask, and on what ground.

The law: 公的給付の支給等の迅速かつ確実な実施のための預貯金口座の登録等に関する法律 (令和3年法律第38号). Codes and the short list are the simulator's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

LAW = "公金受取口座登録法 第9条"


@dataclass(frozen=True, slots=True)
class Purpose:
    """A kind of public payment. `basis`: the law it is paid under, which an inquiry names beside `LAW`."""

    code: str
    name: str
    basis: str


PURPOSES: Mapping[str, Purpose] = MappingProxyType(
    {
        one.code: one
        for one in (
            Purpose("child_allowance", "児童手当", "児童手当法 第8条"),
            Purpose("rearing_allowance", "児童扶養手当", "児童扶養手当法 第4条"),
            Purpose("special_allowance", "特別児童扶養手当", "特別児童扶養手当等の支給に関する法律 第3条"),
            Purpose("pregnancy_support", "妊婦のための支援給付", "子ども・子育て支援法 第10条の2"),
            Purpose("medical_subsidy", "医療費の助成", "市町村の条例"),
            Purpose("funeral", "葬祭費・埋葬料", "国民健康保険法 第58条"),
            Purpose("pension", "年金", "国民年金法・厚生年金保険法"),
            Purpose("unemployment", "雇用保険の給付", "雇用保険法 第10条"),
            Purpose("tax_refund", "税の還付", "国税通則法 第56条"),
            Purpose("disaster_relief", "災害の給付", "災害弔慰金の支給等に関する法律"),
            Purpose("emergency_benefit", "特定公的給付", "公金受取口座登録法 第10条"),
        )
    }
)


def allowed(purpose: str, legal_basis: str) -> bool:
    """Whether a legal basis names the law of the register or the law of the payment."""
    return LAW in legal_basis or PURPOSES[purpose].basis in legal_basis
