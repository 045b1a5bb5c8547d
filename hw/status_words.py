"""The status words of a card operating system (card.md 1.7, ISO 7816-4, PBOC) in plain words, English and Chinese."""

from __future__ import annotations

_STATUS_WORDS = {
    0x9000: ("done", "成功"),
    0x6281: ("data may be damaged", "数据可能损坏"),
    0x6282: ("end of file reached", "已到文件末尾"),
    0x6283: ("application blocked", "应用已锁定"),
    0x6284: ("unexpected file description", "文件描述格式不符"),
    0x6581: ("memory failure", "存储器故障"),
    0x6700: ("wrong length", "长度错误"),
    0x6900: ("cannot be processed", "命令不能处理"),
    0x6901: ("not accepted in this state", "当前状态不接受命令"),
    0x6982: ("not authenticated", "未通过认证"),
    0x6983: ("authentication blocked", "认证已锁定"),
    0x6984: ("challenge or data invalid", "随机数或数据无效"),
    0x6985: ("conditions not met", "使用条件不满足"),
    0x6986: ("no file selected", "未选择文件"),
    0x6987: ("message code missing", "缺少报文鉴别码"),
    0x6988: ("message code wrong", "报文鉴别码错误"),
    0x6A80: ("data wrong", "数据错误"),
    0x6A81: ("function not supported", "功能不支持"),
    0x6A82: ("file not found", "未找到文件"),
    0x6A83: ("record not found", "未找到记录"),
    0x6A84: ("no space left", "空间不足"),
    0x6A86: ("parameters P1 P2 wrong", "参数P1P2错误"),
    0x6A88: ("reference data not found", "未找到引用数据"),
    0x6B00: ("parameter wrong", "参数错误"),
    0x6D00: ("command unknown", "命令不支持"),
    0x6E00: ("command class unknown", "命令类别不支持"),
    0x9301: ("insufficient funds", "资金不足"),
    0x9302: ("message code wrong", "报文鉴别码无效"),
    0x9303: ("application locked for ever", "应用永久锁定"),
    0x9401: ("insufficient balance", "余额不足"),
    0x9402: ("transaction counter at its end", "交易计数器达到最大值"),
    0x9403: ("key index unknown", "密钥索引不支持"),
    0x9406: ("no such proof", "所需交易证明不存在"),
}

_STATUS_WORDS_BY_FIRST_BYTE = {
    0x61: ("done, {} bytes wait", "成功,尚有{}字节"),
    0x6C: ("wrong length, {} is right", "长度错误,应为{}"),
}


def tries_in_words(count: int) -> tuple[str, str]:
    """How often a PIN may still be tried, English and Chinese."""
    return f"{count} {'try' if count == 1 else 'tries'} left", f"剩余{count}次"


def describe_status(status: int) -> tuple[str, str]:
    """A status word in plain words, English and Chinese."""
    if status in _STATUS_WORDS:
        return _STATUS_WORDS[status]
    first, second = divmod(status, 0x100)
    if status & 0xFFF0 == 0x63C0:
        tries, tries_zh = tries_in_words(status & 0x0F)
        return f"check failed, {tries}", f"校验失败,{tries_zh}"
    english, chinese = _STATUS_WORDS_BY_FIRST_BYTE.get(first, ("unknown status", "未知状态"))
    return english.format(second), chinese.format(second)
