"""Every code that a problem of this API may carry, with what it means, and the groups in which routes name them.

Promise: a code that some request can cause stands here and nowhere else in the documents; a test compares this table
with the errors that the product raises.
"""

from __future__ import annotations

from dataclasses import dataclass

from terminal.errors import Broken, Conflict, InDoubt, Missing, Refused, TerminalError, Unavailable


@dataclass(frozen=True, slots=True)
class Code:
    """One code. kinds: the errors that carry it; a code whose cause may be certain or not has two."""

    kinds: tuple[type[TerminalError], ...]
    zh: str
    en: str


_BY_KIND: dict[tuple[type[TerminalError], ...], dict[str, tuple[str, str]]] = {
    (Refused,): {
        "amount-too-large": ("金额超出可书写范围", "an amount is beyond what can be written in capitals"),
        "amounts-disagree": ("单价乘数量与金额不符", "unit price times quantity is not the amount"),
        "bad-code": ("不是有效的电子凭证码", "this is no e-credential code"),
        "bad-id-number": ("身份证号码有误", "this is no identity number, or its check character does not agree"),
        "another-person": ("该结算不属于当前识别的参保人", "the settlement is another person's"),
        "amounts-below-zero": ("中心金额有一项小于零", "one of the center's amounts comes below zero"),
        "bad-input": ("输入有误，位置见 at", "the input is wrong at the place that `at` names"),
        "bill-of-another-year": ("非本年度费用", "the center tells nothing of the year that the bill is of"),
        "bill-in-the-future": ("账单日期晚于营业日", "the bill's date is after the business day"),
        "body-cut": ("请求体不完整", "the connection ended within the body"),
        "card-needed": ("个人账户在卡内，请刷卡识别", "the account lies on the card: identify by card"),
        "center-differs": ("医保中心预结算结果不一致，未扣款", "the center splits otherwise; nothing was debited"),
        "card-and-center-differ": ("卡与医保中心信息不一致", "card and center name different persons"),
        "card-blacklisted": ("卡在黑名单中", "the card stands on the bureau's blacklist"),
        "card-blocked": ("卡已锁定", "the card is blocked"),
        "card-damaged": ("卡内数据无法读取", "the card cannot be read"),
        "card-expired": ("卡已过期", "the card's validity has ended"),
        "center-refused": ("医保中心拒绝", "the center says no, with its reason"),
        "clock-off": ("时钟与医保中心相差过大，请校准", "the clock is far from the center's: set it, then sign in"),
        "code-refused": ("医保中心不接受此码", "the center does not take this code; a fresh one is needed"),
        "code-used": ("此码已使用", "this code went to the center before; a fresh one is needed"),
        "consent-needed": ("须患者知情同意", "the patient must agree to pay what lies outside the catalogue"),
        "contradiction": ("与已知信息矛盾", "it contradicts the card, the center, the configuration or itself"),
        "day-to-come": ("该日尚未到来", "this day has not come yet"),
        "foreign-card": ("不是社会保障卡", "this is not a social-security card"),
        "foreign-host": ("Host 不是本机名", "the Host is not a name of this machine"),
        "foreign-origin": ("拒绝其他来源的网页", "a page of another origin asked"),
        "head-too-long": ("请求头过长", "the request line and the headers are too long"),
        "identify-not-allowed": ("政策不允许此种识别方式", "the law knows no such way to identify"),
        "key-missing": ("缺少 Idempotency-Key", "a request that moves money needs an Idempotency-Key"),
        "left-to-bureau": ("政策留待医保局规定", "the decree leaves this to the bureau, and no supplement gives it"),
        "local-only": ("仅限本机", "this is told on this machine only"),
        "missing-fact": ("缺少结算所需事实", "the law needs a fact that the bill does not tell"),
        "missing-rate": ("缺少先行自付比例", "a class B item has no self-pay rate"),
        "no-rule": ("政策无此规定", "the policy has no rule for this"),
        "no-such-category": ("该险种无此人员类别", "the scheme has no such category of persons"),
        "no-such-service": ("该政策无此业务", "the policy does not have this service"),
        "not-http": ("不是有效的 HTTP 请求", "what arrived is not an HTTP/1.1 request"),
        "no-purse": ("卡内无可用钱包", "the card has no purse that this terminal knows"),
        "not-debited": ("卡片未扣款，未结算", "the card has not paid; nothing was settled"),
        "pin-last-try": ("仅剩最后一次密码机会", "one try is left: send it with last_try only if the holder agrees"),
        "pin-locked": ("卡密码已锁定", "the card's PIN is locked after too many wrong tries"),
        "pin-malformed": ("不是有效的卡密码，未占用次数", "this is no PIN of this card; no try was used up"),
        "pin-needed": ("须先验证密码", "the card asks for its PIN: send the request again with it"),
        "pin-unanswered": ("校验密码时卡无应答，可能已计次", "the card left while it checked its PIN; a try may count"),
        "pin-wrong": ("卡密码错误", "the PIN is wrong; tries_left says how many tries are left"),
        "psam-foreign": ("安全模块不属于本终端或本统筹区", "the PSAM is not this terminal's or this bureau's"),
        "psam-locked": ("安全模块已锁定", "the PSAM is locked"),
        "purse-bill-limit": ("超过单笔卡内扣款限额", "one bill may not take so much out of a card"),
        "purse-day-limit": ("超过当日卡内扣款限额", "the card may not pay so much on one day here"),
        "purse-expired": ("卡内钱包已过有效期", "the purse's validity has ended"),
        "purse-insufficient": ("卡内余额不足，未扣款", "the purse holds less; nothing was debited"),
        "purse-locked": ("卡内钱包已锁定，未扣款", "the purse is locked; nothing was debited"),
        "purse-nonsense": ("卡内数据自相矛盾，未扣款", "the purse contradicts itself; nothing was debited"),
        "purse-refused": ("钱包拒绝操作，未扣款", "the purse refused; nothing was debited"),
        "goods-not-on-bill": ("账单无此编码", "the bill has no item of this code"),
        "no-goods-of-void": ("撤销无需登记商品", "a void hands nothing out"),
        "not-at-center": ("中心尚无该结算编号", "the center has given no number for this settlement yet"),
        "not-json": ("请求体不是 JSON", "the body is not JSON"),
        "not-signed-in": ("操作员尚未签到", "no operator is signed in"),
        "no-clock-mistake": ("不是时钟错误造成的营业日", "no day to come has business by a mistake of the clock here"),
        "nothing-stays": ("全部退回，请整笔撤销", "everything is given back: take the whole settlement back"),
        "paid-by-card": ("个人账户在卡内，不能部分退费", "the card paid, and takes nothing back by parts"),
        "nothing-to-do": ("该差异无需处理", "nothing is proposed for this difference"),
        "number-and-center-differ": ("证件号码与医保中心不符", "the center answered about another number"),
        "numbers-used-up": ("当日结算号已用完", "this day's settlement numbers are used up"),
        "outside-versions": ("该日期无有效政策版本", "no version of the policy is in force on that date"),
        "token-missing": ("须有 Authorization: Bearer 令牌", "the request needs a till's token"),
        "token-unknown": ("令牌无效", "the token is no till's"),
        "too-large": ("账单总额超限", "the bill's total is beyond its bound"),
        "too-long": ("内容过长", "the body, or a text of it, is too long"),
        "unknown-policy": ("未知政策", "there is no such policy"),
        "unknown-provider": ("未知机构", "this terminal does not serve that provider"),
        "wrong-content-type": ("须为 application/json", "the body is not application/json"),
        "wrong-method": ("该路径不支持此方法", "the path does not take that method"),
    },
    (Missing,): {
        "no-such-debit": ("没有该笔卡内扣款", "there is no purse debit of this number"),
        "no-such-difference": ("没有该差异", "the last run has no such difference"),
        "no-such-identification": ("识别已失效，请重新识别", "the identification is unknown or has lapsed"),
        "no-such-message": ("没有该编号的消息", "there is no message of this number"),
        "no-such-policy": ("没有该政策", "there is no such policy"),
        "no-such-version": ("没有该版本", "the policy has no such version"),
        "no-such-quote": ("预结算已失效", "the quote is unknown, has lapsed or was settled"),
        "no-such-refund": ("没有该结算的部分退费", "no refund of this settlement is begun"),
        "no-such-route": ("路径不存在", "there is no such path"),
        "no-such-settlement": ("没有该结算号的结算", "there is no settlement of this number"),
    },
    (Conflict,): {
        "goods-told": ("该结算已登记其他商品", "other goods were told of this settlement already"),
        "already-voided": ("该结算已撤销", "it was taken back before"),
        "card-leased": ("此卡正用于另一笔业务", "the card belongs to another basket"),
        "card-swapped": ("读卡器中的卡已更换", "another card is in the reader than was read; nothing was settled"),
        "debit-closed": ("该笔扣款已有结果", "what became of this debit is known already"),
        "day-closed": ("营业日已关账", "the business day is closed"),
        "intent-open": ("该结算的撤销正在处理", "its void is being asked for"),
        "key-reused": ("该幂等键已用于另一请求", "the key stands for another request"),
        "key-running": ("同一幂等键的请求正在处理", "a request under this key is still running"),
        "not-accepted": ("该消息仍在上传", "this message is still on its way"),
        "not-committed": ("该结算尚未完成", "this settlement is not committed"),
        "not-settled": ("该号未结算，没有结算单", "nothing was settled under this number, so there is no receipt"),
        "not-parked": ("该消息未被搁置", "this message is not parked"),
        "number-of-another": ("该结算编号属于另一笔结算", "the center's number is that of another settlement"),
        "quote-changed": ("结算结果与预结算不一致", "the split is no longer the one that was quoted"),
        "scan-cancelled": ("扫码已取消", "the wait for a code was cancelled"),
        "scan-waiting": ("正在等待扫码", "a code is waited for already"),
        "refund-done": ("该部分退费已完成", "what stays of it is settled"),
        "refund-open": ("有未完成的部分退费", "a refund of it by line was begun: go on with it, or give it up"),
        "refund-half-done": ("已撤销，保留部分尚未结算", "it is taken back, what stays is not settled yet"),
        "void-of-a-void": ("撤销记录不能再撤销", "a void is not taken back"),
    },
    (Unavailable,): {
        "busy": ("终端忙", "too many requests wait"),
        "card-mute": ("卡片无应答", "the card does not answer"),
        "no-psam": ("安全模块无应答或未配置", "the PSAM does not answer, or there is none"),
        "center-unreachable": ("无法连接医保中心", "the center cannot be reached; nothing happened"),
        "disk-full": ("磁盘已满，未开始新的结算", "the disk is full; no sale was begun"),
        "drawer-not-opened": ("钱箱未打开", "the cash drawer did not open"),
        "journal-unwritable": ("流水库无法写入", "the journal cannot be written; nothing was changed"),
        "no-answer": ("读卡器忙或故障", "the card reader is busy or failed"),
        "no-card": ("读卡器中无卡", "there is no card in the reader"),
        "no-code": ("未在规定时间内扫到码", "no code was shown in time"),
        "no-font": ("缺少中文字体", "no font for Chinese is installed"),
        "no-reader": ("读卡器未应答", "no card reader answers"),
        "no-scanner": ("未配置扫码器", "this terminal has no scanner"),
        "not-ready": ("终端正在启动或停止", "the terminal starts or stops"),
        "person-in-doubt": ("该参保人有未确认的业务", "a message of this person has no answer yet"),
        "too-many-connections": ("连接过多", "too many connections are open"),
        "too-many-requests": ("请求过于频繁", "more requests a second than allowed; wait, then ask again"),
        "too-slow": ("请求接收超时", "the request did not arrive in time"),
        "scanner-offline": ("扫码器未应答", "the scanner does not answer"),
        "tills-out-of-reach": ("无法读取收银端登记文件", "the file of tills cannot be read"),
        "printer-not-ready": ("打印机未就绪", "the printer cannot print; nothing was begun"),
    },
    (InDoubt,): {
        "journal-commit-unknown": ("磁盘未确认写入", "the disk did not confirm; restart, then repeat the same key"),
        "repair-in-doubt": ("中心是否已撤销未知", "the center may have taken it back: run day end again"),
    },
    (Unavailable, Conflict): {
        "card-removed": ("操作过程中卡片被取出", "the card left the reader meanwhile"),
    },
    (InDoubt, Conflict): {
        "purse-in-doubt": ("卡内扣款结果未明", "nobody knows whether the card has paid: insert it again"),
        "settlement-in-doubt": ("医保中心的答复未记入流水", "the center was asked, its answer is not written down"),
    },
    (InDoubt, Unavailable): {
        "center-silent": ("医保中心未答复", "the center gave no certain answer; what moves money is being reversed"),
    },
    (Broken,): {
        "tills-unreadable": ("收银端登记文件损坏", "the file of tills is spoilt; nobody is let in"),
        "broken-core": ("结算内核校验失败", "the split broke a promise of its own; call the engineer"),
        "internal": ("终端内部错误", "the terminal failed in a way nobody foresaw"),
    },
}

CODES = {code: Code(kinds, zh, en) for kinds, codes in _BY_KIND.items() for code, (zh, en) in codes.items()}
"""Every code of the API."""

EVERYWHERE = ("foreign-host", "foreign-origin", "bad-input", "too-many-requests", "internal")
"""What any route may answer."""

TOKEN = ("token-missing", "token-unknown", "tills-unreadable", "tills-out-of-reach")
"""What any route below /v1 may answer: it needs a till's token."""

CONNECTION = ("not-http", "head-too-long", "too-slow", "too-many-connections")
"""What a connection is told before there is a whole request."""

NOWHERE = (*CONNECTION, "foreign-host", "foreign-origin", "too-many-requests", *TOKEN, "no-such-route", "wrong-method")
"""What is answered where there is no route."""

BODY = ("not-json", "too-long", "too-slow", "body-cut", "wrong-content-type")
"""What reading a body may say, beside `bad-input`."""

KEY = ("key-missing", "key-reused", "key-running", "numbers-used-up", "day-closed")
"""What a route that moves money may say."""

READS = ("busy",)
"""What a route that looks into the journal may say."""

WRITES = (*READS, "disk-full", "journal-unwritable", "journal-commit-unknown")
"""What a route that writes into it may say."""

CENTER = (*WRITES, "center-refused", "center-unreachable", "center-silent")
"""What a route that asks the center may say: it numbers its messages in the journal."""

PIN = ("pin-needed", "pin-wrong", "pin-last-try", "pin-malformed", "pin-locked", "pin-unanswered")
"""What a card may say of its PIN. Each says that no money moved; `tries_left` comes where the card says it. Only
`pin-needed` may be asked again as it was: a PIN that a till sends again by itself uses up the tries."""

READER = (
    "no-reader",
    "no-card",
    "foreign-card",
    "card-mute",
    "card-removed",
    "card-damaged",
    "card-blocked",
    "card-expired",
    *PIN,
    "no-answer",
)
"""What reading a card may say."""

PURSE = (
    "card-needed",
    "card-swapped",
    "no-psam",
    "no-purse",
    "psam-foreign",
    "psam-locked",
    "purse-expired",
    "purse-in-doubt",
    "purse-insufficient",
    "purse-locked",
    "purse-nonsense",
    "purse-refused",
    *READER,
)
"""What an account that lies on the card may say."""

SETTLES = (
    "card-blacklisted",
    "identify-not-allowed",
    "center-differs",
    "consent-needed",
    "no-such-quote",
    "not-debited",
    "printer-not-ready",
    "purse-bill-limit",
    "purse-day-limit",
    "quote-changed",
)
"""What settling a quote may say besides."""

SCAN = ("no-scanner", "scanner-offline", "no-code", "scan-waiting", "scan-cancelled")
"""What waiting for a code may say."""

IDENTIFY = (
    "bad-code",
    "bad-id-number",
    "code-used",
    "code-refused",
    "identify-not-allowed",
    "card-and-center-differ",
    "number-and-center-differ",
    "unknown-policy",
)
"""What may be wrong with what was shown, whatever it was."""

STILL_THERE = ("card-leased", "card-swapped", "card-removed", "card-blocked", "card-mute", "no-reader", "no-answer")
"""What looking at the card again before money moves may say."""

LAW = (
    "amounts-disagree",
    "too-large",
    "contradiction",
    "left-to-bureau",
    "missing-fact",
    "missing-rate",
    "no-rule",
    "no-such-category",
    "no-such-service",
    "outside-versions",
    "unknown-policy",
    "broken-core",
)
"""What splitting a bill may say."""

QUOTE = (*READS, *LAW, *PURSE, "not-signed-in", "bill-in-the-future", "bill-of-another-year", "unknown-provider")
"""What a quote may say, and a settlement, which works it out again."""

MOVES_MONEY = (*CENTER, *KEY, "disk-full", "not-signed-in", "person-in-doubt", "settlement-in-doubt")
"""What a settlement and a void may say of the center and of the key."""

VOID = ("no-such-settlement", "already-voided", "void-of-a-void", "not-committed", "intent-open", "refund-open")
"""What taking a settlement back may say."""

RECEIPT = ("no-such-settlement", "not-settled", "amount-too-large")
"""What laying out a receipt may say."""

REFUND = (
    "already-voided",
    "another-person",
    "no-such-identification",
    "no-such-settlement",
    "nothing-stays",
    "paid-by-card",
    "void-of-a-void",
)
"""What a refund by line may say before it is begun."""

REPAIR = (
    "no-such-difference",
    "nothing-to-do",
    "not-accepted",
    "amounts-below-zero",
    "number-of-another",
    "repair-in-doubt",
)
"""What repairing a difference may say."""
