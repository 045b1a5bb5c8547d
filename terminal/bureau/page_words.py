"""The words of the center's pages, Chinese first."""

from __future__ import annotations

VERDICTS = {
    "accepted": ("受理", "accepted"),
    "refused": ("拒绝", "refused"),
    "turned-away": ("网关拒绝", "turned away"),
    "lost": ("未到达", "never arrived"),
}
"""What became of a message."""

STATES = {"booked": "已入账", "voided": "已撤销", "reversed": "已冲正"}
"""What became of the settlement that it brought."""

TRANSACTIONS = {
    "9001": ("签到", "sign in"),
    "9002": ("签退", "sign out"),
    "1101": ("人员信息", "person"),
    "2001": ("待遇检查", "entitlement"),
    "2101": ("药店预结算", "pharmacy pre-settle"),
    "2102": ("药店结算", "pharmacy settle"),
    "2103": ("药店撤销", "pharmacy void"),
    "2201": ("门诊挂号", "registration"),
    "2202": ("挂号撤销", "cancel registration"),
    "2203": ("就诊信息", "visit"),
    "2204": ("费用明细", "fee lines"),
    "2205": ("明细撤销", "withdraw lines"),
    "2206": ("门诊预结算", "outpatient pre-settle"),
    "2207": ("门诊结算", "outpatient settle"),
    "2208": ("门诊撤销", "outpatient void"),
    "2301": ("住院明细", "inpatient lines"),
    "2304": ("住院结算", "inpatient settle"),
    "2305": ("住院撤销", "inpatient void"),
    "2401": ("入院登记", "admission"),
    "2601": ("冲正", "reversal"),
    "3201": ("对总账", "totals"),
    "3202": ("对明细账", "details"),
    "3505": ("销售上传", "stock sale"),
    "3506": ("退货上传", "stock return"),
    "5203": ("结算查询", "settlement query"),
    "5206": ("累计查询", "accumulators"),
    "9101": ("文件上传", "file up"),
    "9102": ("文件下载", "file down"),
}

FAULTS = {
    "drop-before": "处理前断线",
    "drop-after": "处理后断线",
    "delay": "延迟应答",
    "slow": "逐字节应答",
    "duplicate": "重复送达",
    "reorder": "乱序送达",
    "html": "返回网页",
    "empty": "空应答",
    "no-infcode": "缺状态码",
    "gateway-401": "网关401",
    "refuse": "指定拒绝",
    "truncated": "应答截断",
    "huge": "应答超长",
    "strings": "数值为文本",
    "another": "他人应答",
    "wrong-sums": "金额不平",
    "wrong-amounts": "金额不同",
    "six-digits": "六位对账码",
    "unknown-code": "未知对账码",
    "unsigned": "应答无签名",
}
"""Every fault of `faults.FaultName`."""

ENTRIES = {
    "credit": "月划入",
    "interest": "计息",
    "settlement": "结算",
    "inherited": "继承",
    "paid-out": "支取",
    "to-pool": "转入统筹",
}
"""Every movement of `accounts.EntryKind`."""

ACCOUNTS = {
    "open": "正常",
    "sealed": "封存",
    "closed": "注销",
    "lost": "挂失",
    "frozen": "冻结",
    "unverified": "未核实",
}
"""Every state of an account."""
