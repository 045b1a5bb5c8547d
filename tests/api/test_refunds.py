"""A part is given back: the settlement is voided and what stays is settled anew, in one step, under one key.

Yantai employees 2018, tier 3: line 800 (article 12); 80% to 5000, 85% to 10000 (article 11). The account of this law
pays nothing of a stay here, so that what the pool does not pay is cash; the shares below are worked out by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from daemon.process import DAY, TILL, TerminalProcess, bill

from terminal.bureau.server import BureauServer

from .test_refusals import assert_problem

NewKey = Callable[[], str]


def quoted(
    terminal: TerminalProcess, number: str, lines: list[dict[str, Any]], identification: str = ""
) -> dict[str, Any]:
    """What would stay after these lines are given back."""
    body = {"identification": identification or terminal.identified(), "lines": lines}
    answer = terminal.post(f"/v1/settlements/{number}/refund-quotes", body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refund_of(quote: dict[str, Any]) -> dict[str, Any]:
    """The body of a refund as it was quoted."""
    return {"quote": quote["id"], "hash": quote["hash"], "reason": "returned", "till_reference": "REST"}


@pytest.mark.parametrize("uploaded", [True, False])
def test_an_item_is_given_back(own: TerminalProcess, bureau: BureauServer, uploaded: bool) -> None:
    """10000.00 in two items, one of 5000.00 comes back: the pool's share falls from 7610.00 to 3360.00.

    The same, whether or not the center has the first settlement already: what stays is worked out as if that had
    not been.
    """
    identification = own.identified()
    asked = {"identification": identification, "bill": bill("5000.00", "5000.00")}
    shown = own.post("/v1/quotes", asked).json()
    if not uploaded:
        bureau.down()
    first = own.post("/v1/settlements", {"quote": shown["id"], "hash": shown["hash"]}, "first").json()
    assert first["settlement"]["funds"]["pool"] == "7610.00"
    if uploaded:
        own.until(f"/v1/settlements/{first['id']}", lambda one: one["upload"] == "accepted")
    quote = quoted(own, first["id"], [{"item": 1}], identification)
    # 4200.00 x 80%.
    assert quote["settlement"]["funds"]["pool"] == "3360.00"
    assert (quote["returned"]["total"], quote["returned"]["fund_total"]) == ("5000.00", "4250.00")
    assert quote["settlement"]["year"]["admissions"] == 1
    before = own.journal_counts()

    done = own.post(f"/v1/settlements/{first['id']}/refund", refund_of(quote), "back")
    assert done.status_code == 201, done.text
    void, stays = done.json()["void"], done.json()["settlement"]
    assert (void["voids"], stays["settlement"]) == (first["id"], quote["settlement"])
    after = own.journal_counts()
    assert {name: after[name] - before[name] for name in ("settlements", "outbox", "print_jobs")} == {
        "settlements": 2,
        "outbox": 2,
        "print_jobs": 2,
    }
    bureau.up()
    own.client.post("/v1/queue/hurry")
    for number in (first["id"], void["id"], stays["id"]):
        own.until(f"/v1/settlements/{number}", lambda one: one["upload"] == "accepted")
    assert own.client.get(f"/v1/settlements/{first['id']}").json()["voided_by"] == void["id"]
    (group,) = own.client.get(f"/v1/days/{DAY}").json()["groups"]
    assert (group["count"], group["void_count"], group["total"], group["fund_total"]) == (2, 1, "5000.00", "3360.00")
    assert own.post(f"/v1/days/{DAY}/close", {}).json()["state"] == "sealed"


def test_a_repeat_gets_the_same_bytes_and_takes_nothing_twice(terminal: TerminalProcess, new_key: NewKey) -> None:
    """Also after another settlement; another body under the key is refused; a second refund finds nothing to void."""
    first = terminal.settled(bill("1000.00", "500.00"), new_key()).json()
    quote, key = quoted(terminal, first["id"], [{"item": 1}]), new_key()
    path = f"/v1/settlements/{first['id']}/refund"
    done = terminal.post(path, refund_of(quote), key)
    assert done.status_code == 201, done.text
    terminal.settled(bill("10.00"), new_key())
    before = terminal.journal_counts()
    again = terminal.post(path, refund_of(quote), key)
    assert (again.status_code, again.content) == (201, done.content)
    assert_problem(terminal.post(path, refund_of(quote) | {"reason": "other"}, key), 422, code="key-reused")
    body = {"identification": terminal.identified(), "lines": [{"item": 0}]}
    refused = terminal.post(f"/v1/settlements/{first['id']}/refund-quotes", body)
    assert_problem(refused, 409, code="already-voided")
    assert terminal.journal_counts()["settlements"] == before["settlements"]


def test_a_part_of_an_item_is_given_back(terminal: TerminalProcess, new_key: NewKey) -> None:
    """Two of five packs of the bill's one item: amount and quantity of what stays agree with the price."""
    item = {"kind": "drug", "class": "A", "code": "X1", "amount": "50.00", "unit_price": "10.00", "quantity": "5"}
    first = terminal.settled(bill(items=[item]), new_key()).json()
    facts = {"code": "X1", "name": "", "amount": "50.00", "unit_price": "10", "quantity": "5"}
    assert terminal.client.get(f"/v1/settlements/{first['id']}/items").json() == {"items": [{"item": 0, **facts}]}
    quote = quoted(terminal, first["id"], [{"item": 0, "amount": "20.00", "quantity": "2"}])
    assert quote["settlement"]["total"] == "30.00"
    done = terminal.post(f"/v1/settlements/{first['id']}/refund", refund_of(quote), new_key())
    assert done.json()["settlement"]["settlement"]["items"][0]["amount"] == "30.00"


@pytest.mark.parametrize(
    ("lines", "at", "code"),
    [
        ([{"item": 2}], "lines[0].item", "bad-input"),
        ([{"item": 0}, {"item": 0}], "lines[1].item", "bad-input"),
        ([{"item": 0}, {"item": 1}], "lines", "nothing-stays"),
        ([{"item": 1, "amount": "30.01"}], "lines[0].amount", "bad-input"),
        ([{"item": 1, "amount": "30.00"}], "lines[0].amount", "bad-input"),
        ([{"item": 1, "amount": "0.00"}], "lines[0].amount", "bad-input"),
        ([{"item": 0, "amount": "20.00"}], "lines[0].quantity", "bad-input"),
        ([{"item": 1, "amount": "20.00", "quantity": "1"}], "lines[0].quantity", "bad-input"),
        ([{"item": 0, "quantity": "1"}], "lines[0].amount", "bad-input"),
        ([{"item": 0, "amount": "20.00", "quantity": "5"}], "lines[0].quantity", "bad-input"),
        ([{"item": 0, "amount": "20.00", "quantity": "1"}], "items[0].amount", "amounts-disagree"),
        ([{"item": -1}], "lines[0].item", "bad-input"),
        ([], "lines", "bad-input"),
    ],
)
def test_what_is_not_there_is_not_given_back(
    terminal: TerminalProcess, new_key: NewKey, lines: list[dict[str, Any]], at: str, code: str
) -> None:
    """Items that are not on the bill, more than was paid, quantities that contradict: the place is told."""
    item = {"kind": "drug", "class": "A", "code": "X1", "amount": "50.00", "unit_price": "10.00", "quantity": "5"}
    given = bill(items=[item, {"kind": "drug", "class": "A", "code": "X2", "amount": "30.00"}])
    number = terminal.settled(given, new_key()).json()["id"]
    body = {"identification": terminal.identified(), "lines": lines}
    assert_problem(terminal.post(f"/v1/settlements/{number}/refund-quotes", body), 422, at, code)


def test_a_refunds_quote_is_for_its_settlement_alone(terminal: TerminalProcess, new_key: NewKey) -> None:
    """It neither settles by itself nor refunds another one; nothing is written."""
    numbers = [terminal.settled(bill("100.00", "50.00"), new_key()).json()["id"] for _ in range(2)]
    identification = terminal.identified()
    quote = quoted(terminal, numbers[0], [{"item": 1}], identification)
    sale = terminal.post("/v1/quotes", {"identification": identification, "bill": bill("100.00")}).json()
    before = terminal.journal_counts()["settlements"]
    other = terminal.post(f"/v1/settlements/{numbers[1]}/refund", refund_of(quote), new_key())
    assert_problem(other, 409, "hash", "quote-changed")
    alone = {"quote": quote["id"], "hash": quote["hash"]}
    assert_problem(terminal.post("/v1/settlements", alone, new_key()), 409, "hash", "quote-changed")
    plain = {"quote": sale["id"], "hash": sale["hash"], "reason": "x"}
    refused = terminal.post(f"/v1/settlements/{numbers[0]}/refund", plain, new_key())
    assert_problem(refused, 409, "hash", "quote-changed")
    assert terminal.journal_counts()["settlements"] == before


@pytest.fixture
def online(bureau: BureauServer, tmp_path: Path) -> Iterator[TerminalProcess]:
    """A terminal whose center decides, with an operator signed in."""
    process = TerminalProcess(tmp_path, bureau.url)
    text = process.config.read_text(encoding="utf-8")
    process.config.write_text(text.replace('id = "T00000001"\n', 'id = "T00000001"\nmode = "online"\n', 1))
    with process:
        process.sign_in()
        yield process


def test_a_refund_that_an_end_cut_in_two_is_listed_and_finished(online: TerminalProcess, bureau: BureauServer) -> None:
    """Taken back, what stays refused, the power gone: listed with what to do; finished by the operator, once; the
    till's own key then gets the same bytes; nothing is left to give up."""
    number = online.settled(bill("1000.00", "500.00"), "first").json()["id"]
    quote = quoted(online, number, [{"item": 1}])
    bureau.faults.inject("refuse", infno="2304")
    path = f"/v1/settlements/{number}/refund"
    half = online.post(path, refund_of(quote), "back")
    told = half.json()
    assert (told["code"], told["money_moved"], told["retry"]) == ("refund-half-done", "yes", "same-key")
    online.kill()
    online.start()
    told = online.client.get("/v1/unresolved").json()
    (begun,) = told["refunds"]
    assert (begun["settlement"], begun["taken_back"], begun["stays"], begun["till"]) == (number, True, "1000.00", TILL)
    assert "go on" in begun["what"]
    assert told["at_start"]["refunds"] == [number]
    assert_problem(online.post(f"{path}/resume", None), 409, code="not-signed-in")
    online.sign_in()
    done = online.post(f"{path}/resume", None)
    assert (done.status_code, done.json()["void"]["id"]) == (201, begun["void"])
    assert done.json()["settlement"]["settlement"]["total"] == "1000.00"
    again = [online.post(f"{path}/resume", None), online.post(path, refund_of(quote), "back")]
    assert [(one.status_code, one.content) for one in again] == [(201, done.content)] * 2
    assert online.client.get("/v1/unresolved").json()["refunds"] == []
    assert_problem(online.post(f"{path}/give-up", {"reason": "late"}), 409, code="refund-done")


def test_a_refund_that_nobody_goes_on_with_is_given_up(online: TerminalProcess, bureau: BureauServer) -> None:
    """The void stands, the list is empty, and there is nothing to go on with any more."""
    number = online.settled(bill("1000.00", "500.00"), "first").json()["id"]
    quote = quoted(online, number, [{"item": 1}])
    bureau.faults.inject("refuse", infno="2304")
    path = f"/v1/settlements/{number}/refund"
    assert online.post(path, refund_of(quote), "back").status_code == 409
    assert online.post(f"{path}/give-up", {"reason": "全部退回"}).status_code == 204
    assert online.client.get("/v1/unresolved").json()["refunds"] == []
    assert online.client.get(f"/v1/settlements/{number}").json()["state"] == "voided"
    assert_problem(online.post(f"{path}/resume", None), 404, code="no-such-refund")
