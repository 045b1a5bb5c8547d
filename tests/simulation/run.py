"""One seed, from its world to its verdict: a safety phase full of faults, a liveness phase without, audit and hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from terminal.errors import TerminalError
from tests.simulation.auditor import Allowed, Auditor, Disagreement
from tests.simulation.devices import wrong
from tests.simulation.liveness import settle_down
from tests.simulation.plan import Plan, drawn, with_more
from tests.simulation.shipped_audit import require_clean
from tests.simulation.shop import TERMINAL_ID, Shop
from tests.simulation.till import Till
from tests.simulation.wire import STRIKES
from tests.simulation.workload import Workload

CHECKPOINT_STEPS = 40
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


@dataclass(slots=True)
class Outcome:
    """What a seed came to. hash: of everything durable, printed, booked and told in it. finding: "" is good."""

    seed: str
    steps: int = 0
    settlements: int = 0
    voids: int = 0
    crashes: int = 0
    rounds: int = 0
    lost_fen: int = 0
    hash: str = ""
    finding: str = ""
    reached: Counter[str] = field(default_factory=Counter)


def run(seed: str, steps: int, settlements: int = 0, rush: bool = False) -> Outcome:
    """Simulate one seed for so many steps, or until so many settlements were told. Findings are in the outcome.

    rush: with rush hours, which make another world of the same seed.
    """
    random = _random_of(seed)
    plan = replace(with_more(drawn(random, int(seed)), int(seed)), rush=rush)
    outcome = Outcome(seed)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        shop = Shop(Path(folder), plan, random, lambda infno: _fault(plan, infno, random))
        auditor = auditor_of(shop)
        workload = Workload(shop, Till(shop, auditor), random)
        try:
            _safety(workload, auditor, outcome, steps, settlements)
            shop.pack()
            outcome.rounds = settle_down(workload)
            shop.show()
            auditor.close()
            require_clean(shop.journal_path, TERMINAL_ID, int(seed), shop.clock.now())
        except Disagreement as found:
            outcome.finding = str(found)
        except TerminalError as error:
            # The till catches what it may be refused: what comes as far as this, nobody has foreseen.
            outcome.finding = f"[unforeseen] {error.code}: {error}"
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise
        _conclude(outcome, workload, auditor)
        shop.close()
    return outcome


def plan_of(seed: int) -> Plan:
    """The world that a seed draws."""
    return with_more(drawn(_random_of(str(seed)), seed), seed)


def auditor_of(shop: Shop) -> Auditor:
    """An auditor at the door of a shop that has just opened."""
    secrets = frozenset(
        secret
        for person in shop.plan.persons
        for secret in (person.id_number, person.card_number, person.card_identification)
    )
    secrets |= {pin for pin in (shop.plan.pin, wrong(shop.plan.pin)) if pin}
    auditor = Auditor(shop.journal_path, shop.books_path, TERMINAL_ID, shop.printer.tape, shop.window.seen, secrets)
    shop.before_end = auditor.let_go
    auditor.paid_by_card = shop.wallet.paid if shop.wallet else None
    auditor.refusals_planned, auditor.overtaken = shop.wire.refused, shop.wire.overtaken
    auditor.registered_twice = shop.wire.doubled
    if shop.plan.mode == "local":
        far = shop.plan.advances
        age = dt.timedelta(hours=far.entitlement_age_hours_max)
        auditor.watch_advances(Allowed(far.bill_fen_max, far.person_day_fen_max, age), shop.wire.named_at)
    return auditor


def _random_of(seed: str) -> Random:
    return Random(f"simulate {seed}")


def _fault(plan: Plan, infno: str, random: Random) -> str:
    if infno == plan.mute:
        return "drop-after"
    striking = ((fault, rate) for fault, rate in plan.wire.items() if infno in STRIKES.get(fault, (infno,)))
    return next((fault for fault, rate in striking if random.random() < rate), "")


def _safety(workload: Workload, auditor: Auditor, outcome: Outcome, steps: int, settlements: int) -> None:
    while outcome.steps < steps and not (settlements and len(auditor.answers) >= settlements):
        crashes = workload.shop.crashes
        workload.step()
        outcome.steps += 1
        auditor.excuse(workload.clerk.changed)
        if outcome.steps % CHECKPOINT_STEPS == 0 or workload.shop.crashes != crashes:
            workload.shop.show()
            auditor.check()
        else:
            auditor.look()


def _conclude(outcome: Outcome, workload: Workload, auditor: Auditor) -> None:
    shop, ledger = workload.shop, auditor.ledger
    committed = ledger.committed()
    outcome.settlements = sum(one.kind == "settlement" for one in committed)
    outcome.voids = len(committed) - outcome.settlements
    outcome.crashes = shop.crashes
    outcome.lost_fen = sum(abs(fen) for fen in auditor.lost_fen().values())
    reached = outcome.reached
    reached.update(workload.seen)
    reached.update({f"fault {name}": count for name, count in shop.wire.met.items()})
    reached.update({f"code {name}": count for name, count in auditor.codes.items()})
    reached.update({f"entry {name}": count for name, count in ledger.kinds.items()})
    reached.update({f"cut {name}": count for name, count in shop.power.cuts.items()})
    reached.update({f"clerk {name}": 1 for name in workload.clerk.done})
    reached.update(f"law {name}" for name in ledger.laws)
    reached.update(["world with a purse"] if shop.wallet else [])
    reached.update(["world with refunds"] if shop.plan.refunds else [])
    reached.update({"judged without center": auditor.advances.judged} if auditor.advances else {})
    reached.update(["world with rush hours"] if shop.plan.rush else [])
    reached.update([f"world {shop.plan.mode}", f"world {shop.plan.profile.repeats}", f"begins {shop.plan.occasion}"])
    outcome.hash = _hash(workload, auditor)


def _hash(workload: Workload, auditor: Auditor) -> str:
    shop = workload.shop
    sha = hashlib.sha256()
    for entry in auditor.ledger.hashes:
        sha.update(entry.encode())
    for booked, state in shop.books.settlements():
        sha.update(f"{booked.settlement_id} {booked.message_id} {state}".encode())
    for paper in shop.printer.tape:
        sha.update(hashlib.sha256(paper).digest())
    for key, (_, answer) in auditor.answers.items():
        sha.update(key.encode() + answer)
    sha.update(shop.clock.now().isoformat().encode())
    return sha.hexdigest()
