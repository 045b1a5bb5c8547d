"""The day: sign in, take every example bill from the card to the center, void one, close, and check it all."""

from __future__ import annotations

import json
import time
import tomllib
from pathlib import Path
from typing import Any

from rich.console import Console

from terminal.audit_command import verify
from terminal.demo.show import day_table, make_console, split_table
from terminal.demo.world import EXAMPLES, SERVICE_MORNING, World
from terminal.errors import Refused, Unavailable
from terminal.settlement.codec import as_builtins, decode_bill
from terminal.settlement.law import Law

WAIT_SECONDS_MAX = 20
POLL_SECONDS = 0.02
VOIDED = "08-pharmacy-enough-balance"
LEFT_TO_BUREAU = "07-chronic-b-hypertension"
AT_THE_COUNTER = ("policy", "date", "service", "provider", "episode", "consent", "items")
"""What a till sends of a bill; the rest is the center's to say."""


def run_demo(folder: Path, stay: bool, simulated_reader: bool) -> int:
    """Run the day, or leave the world running. Returns 0 only if everything balanced."""
    console = make_console()
    with World(folder.resolve(), simulated_reader, api_port=8431 if stay else 0) as world:
        _introduce(console, world)
        if stay:
            return _stay(console, world)
        day = Day(console, world)
        day.run()
        return day.verdict()


def _introduce(console: Console, world: World) -> None:
    console.rule("医保结算终端 settlement terminal")
    console.print(f"参考中心 reference center  {world.bureau.url}")
    console.print(f"终端 daemon              {world.url}")
    if world.why_simulated is None:
        console.print("读卡 card reader         真实 PC/SC：pcscd、虚拟卡槽、pyscard (real PC/SC stack)")
    else:
        console.print(f"读卡 card reader         进程内模拟 simulated in the process: {world.why_simulated}")
    console.print(f"打印 receipt printer     {world.printer.port} (ESC/POS, pty)")
    console.print(f"营业日 service day       {SERVICE_MORNING.date()}\n")


def _stay(console: Console, world: World) -> int:
    card = _card_of(json.loads(_bills()[0].read_bytes()))
    try:
        world.insert(card)
        console.print(f"页面 operator's pages     {world.url}#token={world.token}", soft_wrap=True)
        console.print(f"卡已插入 card inserted: {card.name}; 停止 stop: Ctrl-C")
        return world.wait_for_daemon()
    except KeyboardInterrupt:
        return world.stop_daemon()


def _bills() -> list[Path]:
    return sorted((EXAMPLES / "bills").glob("*.json"))


def _card_of(bill: dict[str, Any]) -> Path:
    """The card of the bill's patient."""
    for path in sorted((EXAMPLES / "cards").glob("*.toml")):
        if tomllib.loads(path.read_text(encoding="utf-8")).get("id_number") == bill["patient"]["id"]:
            return path
    raise Refused("no-card", "no card in examples/cards is this patient's", "示例卡中没有该患者", "patient.id")


class Day:
    """One business day, step by step. `failures` collects whatever did not come out as it must."""

    def __init__(self, console: Console, world: World) -> None:
        self.console = console
        self.world = world
        self.till = world.till
        self.failures: list[str] = []
        self.settled: dict[str, str] = {}

    def run(self) -> None:
        """From sign-in to the stopped daemon."""
        session = {"operator": "0001", "operator_name": "收银员甲"}
        signed = self.till.post("/v1/sessions", session)
        self.console.print(f"签到 signed in: {signed['operator_name']}, {signed['business_day']}")
        bills = _bills()
        for path in bills:
            self._take(path, center_down=path == bills[-2])
        self._void(VOIDED)
        self._close()
        self._compare_books()
        self._stop()

    def verdict(self) -> int:
        """Say what came out. Returns the exit status."""
        for failure in self.failures:
            self.console.print(f"✗ {failure}")
        if not self.failures:
            self.console.print(f"✓ {len(self.settled)} 笔结算全部平账 all settlements balanced, to the fen")
        return 1 if self.failures else 0

    def _take(self, path: Path, center_down: bool) -> None:
        """One bill: card, quote, settle, print, upload."""
        name, bill = path.stem, json.loads(path.read_bytes())
        self.console.rule(name)
        if name == LEFT_TO_BUREAU:
            self._show_refusal(path)
        self.world.insert(_card_of(bill))
        identified = self.till.post("/v1/identifications", {"by": "card"})
        sent = {key: bill[key] for key in AT_THE_COUNTER if key in bill}
        quote = self.till.post("/v1/quotes", {"identification": identified["id"], "bill": sent})
        self.console.print(split_table(quote["settlement"]))
        for notice in quote["settlement"]["notices"]:
            self.console.print(f"  ! {notice}")
        if center_down:
            self.world.bureau.down()
            self.console.print("中心断线 the center is down: the counter goes on")
        wish = {
            "quote": quote["id"],
            "hash": quote["hash"],
            "consent": bill.get("consent", False),
            "till_reference": name,
        }
        settled = self.till.post("/v1/settlements", wish, key=f"demo-{name}")
        again = self.till.post("/v1/settlements", wish, key=f"demo-{name}")
        self._expect(settled == again, f"{name}: the same key gave another answer")
        self.settled[name] = settled["id"]
        self._expect_same_fen(path, settled["settlement"])
        self._show_paper(len(self.settled))
        if center_down:
            waiting = self.till.get(f"/v1/settlements/{settled['id']}")
            self._expect(waiting["upload"] != "accepted", f"{name}: accepted by a center that is down")
            self.world.bureau.up()
            self.console.print("中心恢复 the center is up again")
        self._wait_until_accepted(settled["id"])
        self.world.remove()

    def _show_refusal(self, path: Path) -> None:
        """The same bill without a supplement: refused by name."""
        try:
            Law.load().settle(decode_bill(path.read_bytes()))
            self.failures.append("chronic class B settled without the bureau's limit")
        except Refused as refusal:
            self.console.print(f"没有补充参数 without a supplement: [bold]{refusal}[/bold]")

    def _expect_same_fen(self, path: Path, settlement: dict[str, Any]) -> None:
        """What the counter settled is what `terminal settle` makes of the file."""
        expected = as_builtins(self.world.law.settle(decode_bill(path.read_bytes())))
        for key in ("total", "funds", "fund_total", "provider_borne", "account", "cash", "lines", "year"):
            self._expect(settlement[key] == expected[key], f"{path.stem}: {key} differs from the file's settlement")

    def _show_paper(self, count: int) -> None:
        if not self.world.printer.wait_for_paper(count, WAIT_SECONDS_MAX):
            raise Unavailable("printer", "no receipt came out of the printer", "打印机没有出票", "printer")
        self.console.print("\n".join(f"  │{line}" for line in self.world.printer.papers[count - 1]), markup=False)
        self._expect(not self.world.printer.faults, f"the printer complains: {self.world.printer.faults}")

    def _wait_until_accepted(self, number: str) -> None:
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while time.monotonic() < deadline:
            settlement = self.till.get(f"/v1/settlements/{number}")
            if settlement["upload"] == "accepted":
                self.console.print(f"上传 upload: {number} 中心已接收 accepted\n")
                return
            if settlement["upload"] in ("refused", "parked"):
                break
            time.sleep(POLL_SECONDS)
        queue = self.till.get("/v1/queue")["uploads"]
        self.failures.append(f"{number}: not accepted by the center: {queue}")

    def _void(self, name: str) -> None:
        self.console.rule(f"撤销 void {name}")
        path = f"/v1/settlements/{self.settled[name]}/void"
        voided = self.till.post(path, {"reason": "患者退药"}, key=f"demo-void-{name}")
        self._show_paper(len(self.settled) + 1)
        self._wait_until_accepted(voided["id"])

    def _close(self) -> None:
        day = SERVICE_MORNING.date().isoformat()
        self.console.rule(f"日终 day end {day}")
        report = self.till.post(f"/v1/days/{day}/close")
        totals = self.till.get(f"/v1/days/{day}")
        self.console.print(day_table(totals["groups"]))
        self._show_paper(len(self.settled) + 2)
        word = f"对账 reconciliation: {report['reconciliation']}, 营业日 day: {report['state']}"
        self.console.print(f"{word}, 账本 journal: {report['journal_head'][:16]}…")
        self._expect(report["reconciliation"] == "matched", f"the day does not match: {report['detail']}")
        self._expect(report["state"] == "sealed", f"the day is {report['state']}, not sealed")

    def _compare_books(self) -> None:
        """The center's own books against the sum of what the counter said."""
        booked = [row for row, state in self.world.books.settlements()]
        till = [self.till.get(f"/v1/settlements/{number}")["settlement"] for number in self.settled.values()]
        center_total = sum(row.settlement.total for row in booked if row.sign > 0)
        till_total = sum(int(one["total"].replace(".", "")) for one in till)
        self._expect(center_total == till_total, f"center {center_total} fen, till {till_total} fen")
        self._expect(len(booked) == len(self.settled) + 1, f"the center booked {len(booked)} rows")

    def _stop(self) -> None:
        self.till.delete("/v1/sessions")
        status = self.world.stop_daemon()
        self._expect(status == 0, f"the daemon ended with status {status}")
        self._expect(verify(self.world.journal) == 0, "the journal does not agree with its chain")

    def _expect(self, true: bool, otherwise: str) -> None:
        if not true:
            self.failures.append(otherwise)
