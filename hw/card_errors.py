"""What can go wrong with a chip card, said to the person at the counter: what happened and what to do.

Promise: no message holds anything that a card or a person said.
"""

from __future__ import annotations

from hw.ports import DeviceError

_CARD_ERRORS = {
    "no-reader": (
        "No card reader answers: check its cable and the card service.",
        "读卡器未应答:请检查连线和读卡服务。",
    ),
    "no-card": ("There is no card in the reader: insert the card.", "读卡器中无卡:请插入社保卡。"),
    "foreign-card": (
        "This is not a social-security card: insert the social-security card.",
        "不是社会保障卡:请插入社保卡。",
    ),
    "card-mute": (
        "The card does not answer: take it out, wipe the chip, insert it chip first.",
        "卡片无应答:请取出卡片,擦净芯片,芯片朝内重新插入。",
    ),
    "card-removed": (
        "The card left the reader while it was read: insert it again and leave it in.",
        "读卡过程中卡片被取出:请重新插入,读完前勿拔卡。",
    ),
    "card-damaged": (
        "The card's data cannot be read: try once more, else have the card replaced.",
        "卡内数据无法读取:请重试,仍不成功请换卡。",
    ),
    "card-blocked": (
        "The card is blocked: have it unblocked where it was issued.",
        "卡片已锁定:请到发卡机构解锁。",
    ),
    "pin-needed": ("The card asks for its PIN: let the holder type it.", "此卡须先验证密码:请持卡人输入密码。"),
    "card-swapped": (
        "Another card is in the reader than before: insert the patient's own card, or identify again.",
        "读卡器中的卡已更换:请插入原卡,或重新识别患者。",
    ),
    "no-purse": (
        "This card has no purse that this terminal knows: collect the amount in another way.",
        "此卡无可用钱包:请改用其他方式支付。",
    ),
    "purse-insufficient": (
        "The purse holds less than the amount; nothing was debited: collect it in another way.",
        "钱包余额不足,未扣款:请改用其他方式支付。",
    ),
    "purse-locked": (
        "The purse is locked or used up; nothing was debited: have the card replaced.",
        "钱包已锁定或已达使用上限,未扣款:请换卡。",
    ),
    "purse-refused": (
        "The purse refused; nothing was debited: insert the card again and retry, else pay in another way.",
        "钱包拒绝操作,未扣款:请重新插卡重试,或改用其他方式支付。",
    ),
    "purse-nonsense": (
        "The purse contradicts itself; nothing was debited: do not use this card, call the engineer.",
        "钱包数据自相矛盾,未扣款:请勿使用此卡并联系工程师。",
    ),
    "no-psam": (
        "The PSAM does not answer; nothing was debited: check the terminal's security module in its slot.",
        "PSAM卡无应答,未扣款:请检查终端安全模块是否插好。",
    ),
    "psam-foreign": (
        "The PSAM is not this terminal's or not this bureau's; nothing was debited: call the engineer.",
        "PSAM卡非本终端或本统筹区所有,未扣款:请联系工程师。",
    ),
    "psam-locked": (
        "The PSAM is locked after too many wrong codes; nothing was debited: have it replaced.",
        "PSAM卡因鉴别码错误次数过多已锁定,未扣款:请更换PSAM卡。",
    ),
    "pin-wrong": ("The PIN is wrong: let the holder type it again.", "密码错误:请持卡人重新输入。"),
    "pin-last-try": (
        "Only one try is left before the card locks: go on only if the holder says so explicitly.",
        "仅剩最后一次密码机会,再错将锁卡:须持卡人明确同意方可继续。",
    ),
    "pin-malformed": (
        "This is no PIN of this card, which has 4 to 12 digits; no try was used up: type it again.",
        "不是有效的卡密码(4至12位数字);未占用密码次数:请重新输入。",
    ),
    "pin-locked": (
        "The card's PIN is locked after too many wrong tries: have it reset where the card was issued.",
        "卡密码错误次数过多,已锁定:请到发卡机构或社保服务网点重置密码。",
    ),
    "pin-unanswered": (
        "The card left or fell silent while it checked its PIN, and may have counted a try: insert it again.",
        "校验密码时卡片被取出或无应答,该次可能已计入密码次数:请重新插卡。",
    ),
    "no-answer": (
        "The card reader is busy or failed: close other programs that use it, or plug it in again.",
        "读卡器忙或故障:请关闭占用读卡器的程序,或重新插接读卡器。",
    ),
}


def card_error(code: str, where: str = "", where_zh: str = "") -> DeviceError:
    """The error of that code (see `DeviceError`), with the place that an engineer looks for."""
    english, chinese = _CARD_ERRORS[code]
    if where:
        english, chinese = f"{english} [{where}]", f"{chinese}[{where_zh or where}]"
    return DeviceError(code, english, chinese)
