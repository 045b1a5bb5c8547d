"""Day end, its differences, their repair, and the month over HTTP: a terminal of its own, since a closed day stays so.

All in Yantai's law for employees at tier 3: line 800 (article 12), 80% to 5000, 85% to 10000 (article 11).
"""

from __future__ import annotations

import datetime as dt

import pytest
from daemon.process import DAY, TerminalProcess, bill

from terminal.api.tills import add_till, tills_file
from terminal.bureau.server import BureauServer

DAY_DATE = dt.date.fromisoformat(DAY)

POOL_OF_10000 = "7610.00"
"""4200.00 x 80% + 5000.00 x 85%, worked out by hand."""


def sold(own: TerminalProcess, amount: str, reference: str) -> str:
    """Settle a stay of this amount under the till's reference; its number, once the center has it."""
    body = own.quoted(bill(amount)) | {"till_reference": reference}
    number = str(own.post("/v1/settlements", body, f"key-{reference}").json()["id"])
    own.until(f"/v1/settlements/{number}", lambda one: one["upload"] == "accepted")
    return number


def test_a_difference_is_shown_repaired_and_the_day_sealed(own: TerminalProcess) -> None:
    """The till does not know one settlement: proposed to be taken back, taken back by one call, then all balances.

    In between another till gives its own list, which says nothing of the first one's sales: what only it has stands
    beside them until it gives a list without it.
    """
    kept, lost = sold(own, "5000.00", "KEPT"), sold(own, "1000.00", "LOST")
    till = {"till": [{"reference": "KEPT", "total": "5000.00"}]}

    first = own.post(f"/v1/days/{DAY}/close", till).json()
    assert (first["state"], first["run"], first["reconciliation"]) == ("frozen", 1, "different")
    (difference,) = first["differences"]
    assert (difference["cause"], difference["action"], difference["between"]) == ("missing-there", "void-here", "till")
    assert (difference["settlement_id"], difference["terminal_total"], difference["other_total"]) == (
        lost,
        "1000.00",
        "0.00",
    )
    shown = own.client.get(f"/v1/days/{DAY}/differences").json()
    assert (shown["run"], shown["differences"], shown["repairs"]) == (1, [difference], [])

    done = own.post(f"/v1/days/{DAY}/repairs", {"difference": difference["id"]})
    assert (done.status_code, done.json()) == (201, difference)
    assert own.client.get(f"/v1/settlements/{lost}").json()["state"] == "voided"
    assert own.client.get(f"/v1/settlements/{kept}").json()["state"] == "committed"

    second = add_till(tills_file(own.folder / "journal.db"), "till-2", dt.datetime.now(dt.UTC))
    with own.new_client({"Authorization": f"Bearer {second}"}) as client:
        theirs = {"till": [{"reference": "X", "total": "1.00"}]}
        of_another_till = client.post(f"/v1/days/{DAY}/close", json=theirs).json()
        assert [(one["cause"], one["till"]) for one in of_another_till["differences"]] == [("missing-here", "till-2")]
        assert own.post(f"/v1/days/{DAY}/close", till).json()["differences"] == of_another_till["differences"]
        again = client.post(f"/v1/days/{DAY}/close", json={"till": []}).json()
    assert (again["state"], again["run"], again["differences"]) == ("sealed", 4, [])
    runs = own.client.get(f"/v1/days/{DAY}/runs").json()["runs"]
    assert (runs[:2], runs[3:]) == ([first, of_another_till], [again])
    shown = own.client.get(f"/v1/days/{DAY}/differences").json()
    assert (shown["state"], shown["run"], shown["differences"]) == ("sealed", 4, [])
    assert shown["repairs"] == [{"difference": difference["id"], "action": "void-here", "operator": "007"}]


def test_a_day_waits_for_every_till_that_sold(own: TerminalProcess) -> None:
    """Another till closes first: its list is kept, and the day waits for the one that sold, whose name it says, until
    that one is named as giving none.
    """
    sold(own, "100.00", "A")
    (name,) = {one["till"] for one in own.client.get(f"/v1/settlements?day={DAY}").json()["settlements"]}
    second = add_till(tills_file(own.folder / "journal.db"), "till-2", dt.datetime.now(dt.UTC))
    with own.new_client({"Authorization": f"Bearer {second}"}) as client:
        first = client.post(f"/v1/days/{DAY}/close", json={"till": []}).json()
        assert (first["state"], first["unmatched_tills"]) == ("frozen", [name])
        assert [(one["till"], one["upload_state"]) for one in first["open_matters"]] == [(name, "till-list")]
        last = client.post(f"/v1/days/{DAY}/close", json={"till": [], "without": [name]}).json()
    assert (last["state"], last["unmatched_tills"], last["operator"]) == ("sealed", [name], "007")
    assert own.client.get(f"/v1/days/{DAY}/runs").json()["runs"] == [first, last]


def test_what_the_center_refuses_is_told_and_taken_back(bureau: BureauServer, own: TerminalProcess) -> None:
    """Closed at the center: the queue says that it is stuck and why, and day end proposes to take it back.

    Then nothing of it is stuck any more.
    """
    bureau.books.close_day("H37060100001", DAY_DATE)
    body = own.quoted(bill("100.00"))
    number = own.post("/v1/settlements", body, "late").json()["id"]
    queue = own.until("/v1/queue", lambda queue: any(one["stuck"] for one in queue["uploads"]))
    (upload,) = queue["uploads"]
    assert (upload["settlement"], upload["state"]) == (number, "refused")
    assert "已关账" in upload["reason"]
    assert "撤销" in upload["why_zh"]
    report = own.post(f"/v1/days/{DAY}/close", {}).json()
    (difference,) = report["differences"]
    assert (difference["cause"], difference["action"], report["closed_there"]) == ("refused", "void-here", True)
    assert own.post(f"/v1/days/{DAY}/repairs", {"difference": difference["id"]}).status_code == 201
    assert own.post(f"/v1/days/{DAY}/close", {}).json()["state"] == "sealed"
    assert own.client.get("/v1/queue").json()["uploads"] == []
    assert "refused" not in own.client.get("/v1/health").json()["uploads"]


def test_totals_that_only_the_center_knows_are_not_told(bureau: BureauServer, own: TerminalProcess) -> None:
    """Counted under another insurance type there: the center says no to our total, and tells none of its own."""
    sold(own, "100.00", "A")
    with bureau.books.transaction():
        bureau.books.storage.change("UPDATE settlements SET insurance_type = '390'")
    (difference,) = own.post(f"/v1/days/{DAY}/close", {}).json()["differences"]
    assert (difference["cause"], difference["terminal_total"]) == ("totals", "100.00")
    assert [difference[f"other_{one}"] for one in ("total", "fund_total", "account")] == [None] * 3


def test_a_repair_without_its_difference_changes_nothing(own: TerminalProcess) -> None:
    """No run yet, an unknown difference, a sealed day: refused each with its own code."""
    sold(own, "100.00", "A")
    asked = own.post(f"/v1/days/{DAY}/repairs", {"difference": "till:NONE"})
    assert (asked.status_code, asked.json()["code"]) == (404, "no-such-difference")
    assert own.post(f"/v1/days/{DAY}/close", {}).json()["state"] == "sealed"
    before = own.journal_counts()
    for path in ("repairs", "close"):
        body = {"difference": "till:NONE"} if path == "repairs" else {}
        asked = own.post(f"/v1/days/{DAY}/{path}", body)
        assert (asked.status_code, asked.json()["code"]) == (409, "day-closed")
    asked = own.post("/v1/days/2021-07-01/close", {})
    assert (asked.status_code, asked.json()["code"]) == (422, "day-to-come")
    asked = own.post("/v1/days/2021-07-01/clock-mistake", {"reason": "x"})
    assert (asked.status_code, asked.json()["code"]) == (422, "no-clock-mistake")
    assert own.journal_counts() == before


def test_the_days_are_listed_with_what_became_of_them(own: TerminalProcess) -> None:
    """Today is open; once it is sealed, sales count in the next day, and nothing was forgotten."""
    assert own.client.get("/v1/days").json() == {"business_day": DAY, "forgotten": [], "days": []}
    sold(own, "100.00", "A")
    assert own.client.get("/v1/days").json()["days"] == [{"day": DAY, "state": "open"}]
    own.post(f"/v1/days/{DAY}/close", {})
    listed = own.client.get("/v1/days").json()
    assert listed == {"business_day": "2021-07-01", "forgotten": [], "days": [{"day": DAY, "state": "sealed"}]}


def test_the_month_is_the_sum_of_its_days(own: TerminalProcess) -> None:
    """Two stays and a void: the statement has the one that stands, with the shares of the decree, by county."""
    sold(own, "10000.00", "FIRST")
    voided = sold(own, "5000.00", "SECOND")
    own.post(f"/v1/settlements/{voided}/void", {"reason": "wrong patient"}, "void-second")
    month = own.client.get("/v1/months/2021-06").json()
    assert (month["first_day"], month["last_day"], month["ready"], month["open_days"]) == (
        "2021-06-01",
        "2021-06-30",
        False,
        [DAY],
    )
    (line,) = month["lines"]
    assert (line["county"], line["scheme"], line["clearing_class"]) == ("370602", "employee", "inpatient")
    assert (line["count"], line["void_count"], line["total"], line["fund_total"]) == (2, 1, "10000.00", POOL_OF_10000)
    assert month["totals"]["total"] == "10000.00"
    assert own.client.get("/v1/months/2021-05").json()["lines"] == []


@pytest.mark.parametrize("month", ["2021-13", "2021-6", "202106", "0000-01", "june"])
def test_a_month_that_is_none_is_refused(running: TerminalProcess, month: str) -> None:
    """Written otherwise than YYYY-MM, or no month at all."""
    for path in (f"/v1/months/{month}", f"/v1/months/{month}/statement.csv"):
        answer = running.client.get(path)
        assert (answer.status_code, answer.json()["at"]) == (422, "month")


@pytest.mark.parametrize(("month", "status"), [("0001-01", 200), ("9998-12", 200), ("9999-12", 422)])
def test_the_ends_of_the_calendar_are_months_too(running: TerminalProcess, month: str, status: int) -> None:
    """Nothing was settled then; the last month of all has no following one, and is refused."""
    assert running.client.get(f"/v1/months/{month}").status_code == status
