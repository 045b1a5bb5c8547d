"""Routes that tell how the terminal is: alive, ready, and what an operator wants to know first."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from terminal.api.codes import READS, WRITES
from terminal.api.contract import AnyOperation, Call, Operation
from terminal.api.health_types import DevicesAnswer, DiagnosisAnswer, DiagnosisCheck, HealthAnswer, Liveness
from terminal.api.served import json_answer
from terminal.api.types import PrintAnswer
from terminal.errors import Unavailable


async def livez(call: Call[None, None]) -> Response:
    """The process runs. Touches nothing."""
    return json_answer(Liveness("live"))


async def readyz(call: Call[None, None]) -> Response:
    """Requests are taken. Touches no device."""
    if not call.terminal.ready():
        raise Unavailable("not-ready", "the terminal starts or stops", "终端正在启动或停止", "terminal")
    return json_answer(Liveness("ready"))


async def health(call: Call[None, None]) -> Response:
    """Devices, queues, day, center as last known."""
    return json_answer(await call.terminal.health())


async def devices(call: Call[None, None]) -> Response:
    """Each device's own word."""
    return json_answer(DevicesAnswer((await call.terminal.health()).devices))


async def diagnosis(call: Call[None, None]) -> Response:
    """The doctor's report. It takes its time, and the counter goes on meanwhile."""
    report = await asyncio.to_thread(call.terminal.diagnose)
    checks = [DiagnosisCheck(one.name, one.verdict, one.detail, one.remedy) for one in report.checks]
    return json_answer(DiagnosisAnswer(report.terminal_id, report.version, report.printed_at, report.verdict, checks))


async def print_diagnosis(call: Call[None, None]) -> Response:
    """The doctor's report, kept in the journal and on the receipt printer."""
    terminal = call.terminal
    report = await asyncio.to_thread(terminal.diagnose)
    job = await terminal.call(lambda: terminal.counter.papers.print_diagnosis(report))
    return json_answer(PrintAnswer(job.document, job.subject, job.copy), 202)


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(
        method="GET",
        path="/livez",
        tag="health",
        zh="进程在运行",
        en="The process runs",
        handler=livez,
        gives={200: Liveness},
    ),
    Operation(
        method="GET",
        path="/readyz",
        tag="health",
        zh="可受理请求（不触碰任何设备）",
        en="Requests are taken; no device is touched",
        handler=readyz,
        gives={200: Liveness},
        errors=("not-ready",),
    ),
    Operation(
        method="GET",
        path="/v1/health",
        tag="health",
        zh="概况：设备、队列、营业日、医保中心",
        en="Devices, queues, business day, and the center as last known",
        handler=health,
        gives={200: HealthAnswer},
        errors=READS,
    ),
    Operation(
        method="GET",
        path="/v1/devices",
        tag="devices",
        zh="各设备状态：正常、故障或不明",
        en="Each device's own word: good, fault or unknown",
        handler=devices,
        gives={200: DevicesAnswer},
        errors=READS,
    ),
    Operation(
        method="GET",
        path="/v1/diagnosis",
        tag="devices",
        zh="体检报告：逐项结论与处置建议",
        en="The doctor's report: a verdict for each part, and what to do",
        handler=diagnosis,
        gives={200: DiagnosisAnswer},
    ),
    Operation(
        method="POST",
        path="/v1/diagnosis",
        tag="devices",
        zh="打印体检报告并记入账本",
        en="Print the doctor's report, and keep it in the journal",
        handler=print_diagnosis,
        gives={202: PrintAnswer},
        errors=WRITES,
    ),
)
