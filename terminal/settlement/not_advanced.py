"""What was not advanced while the center was away: beyond which limit, and what the center's last answer would give.

The bill carries it, so that the settlement says the same whenever it is worked out again. No decree knows these limits:
what is said of them cites no article.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from terminal.limits import COUNT_MAX
from terminal.money import Fen, format_fen

OFFLINE_LIMIT = "offline-limit"
"""The code of the notices, and of the reason why pooling takes no part."""


class PassedLimit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One limit of the time without the center. fen_max, left: of a sum, in fen; hours_max: of an age.

    left: what of a person's day was left for this bill.
    """

    kind: Literal["bill", "person-day", "answer-age", "answer-year", "blacklist-age"]
    fen_max: Fen = Fen(0)
    left: Fen = Fen(0)
    hours_max: Annotated[int, Meta(ge=0, le=COUNT_MAX)] = 0


class NotAdvanced(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """For which limit the funds pay nothing, and for which the account. fund_total, account_total, cash: who would pay
    what without a limit, in fen, by the center's last answer.
    """

    pool: PassedLimit | UnsetType = UNSET
    account: PassedLimit | UnsetType = UNSET
    fund_total: Fen
    account_total: Fen
    cash: Fen


def notices_of(given: NotAdvanced | UnsetType, is_pool_concerned: bool, cash: int) -> Iterator[str]:
    """What cashier and patient are told, Chinese and English. is_pool_concerned: the funds would take part but for the
    limit. cash: what the patient pays now, in fen.
    """
    if given is UNSET:
        return
    pool = given.pool if is_pool_concerned else UNSET
    if pool is not UNSET and pool == given.account:
        yield _notice(pool, "基金和个人账户均不支付", "neither the funds nor the account pay")
    else:
        if pool is not UNSET:
            yield _notice(pool, "基金不支付", "the funds pay nothing")
        if given.account is not UNSET:
            yield _notice(given.account, "个人账户不支付", "the account pays nothing")
    if cash > given.cash:
        funds, account, later, more = map(
            format_fen, (given.fund_total, given.account_total, given.cash, cash - given.cash)
        )
        yield (
            f"offline-wait: 待医保中心恢复后结算，按其上次答复基金支付 {funds}，个人账户 {account}，现金 {later}；"
            f"现在结算，本人多付现金 {more} / Settled once the center is back, by its last answer: "
            f"funds {funds}, account {account}, cash {later}; settled now, the patient pays {more} more in cash"
        )


def _notice(limit: PassedLimit, what_zh: str, what: str) -> str:
    why_zh, why = _WORDS[limit.kind]
    amounts = {"most": format_fen(limit.fen_max), "left": format_fen(limit.left), "hours": limit.hours_max}
    why_zh, why = why_zh.format(**amounts), why.format(**amounts)
    return f"{OFFLINE_LIMIT}: 无法连接医保中心，{why_zh}，{what_zh} / The center is away and {why}: {what}"


_WORDS = {
    "bill": ("超过脱网单笔垫付限额 {most}", "this is beyond {most}, what may be advanced a bill"),
    "person-day": (
        "超过脱网每人每日垫付限额 {most}（当日余 {left}）",
        "this is beyond {most}, what may be advanced a person and day ({left} is left)",
    ),
    "answer-age": ("其上次答复已超过 {hours} 小时", "its last answer is older than {hours} hours"),
    "answer-year": ("其上次答复不属于本年度", "its last answer is of another year"),
    "blacklist-age": ("黑名单已超过 {hours} 小时未核对", "the blacklist is older than {hours} hours"),
}
