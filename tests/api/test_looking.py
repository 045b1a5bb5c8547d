"""Questions that change nothing: what a person has, what the law says, how the devices and the whole box are."""

from __future__ import annotations

from collections.abc import Callable

from daemon.process import DAY, TerminalProcess, bill

from terminal.bureau.server import BureauServer

from .test_refusals import assert_problem


def test_an_inquiry_tells_balance_and_year(terminal: TerminalProcess) -> None:
    """What the center said of the person, and nothing is written for it."""
    identification = terminal.identified()
    before = terminal.journal_counts()
    told = terminal.post("/v1/inquiries", {"identification": identification}).json()
    assert (told["policy"], told["entitlement"]["status"], told["offline"]) == ("yantai-employee", "active", False)
    assert terminal.journal_counts() == before


def test_an_inquiry_counts_what_is_not_uploaded(own: TerminalProcess, bureau: BureauServer) -> None:
    """After a stay of 10000.00 the pool's share of the decree is in the year, though the center knows nothing of it."""
    identification = own.identified()
    told = own.post("/v1/inquiries", {"identification": identification}).json()
    assert (told["account"]["balance"], told["year"]["pool_paid"], told["pending"]) == ("1234.56", "0.00", 0)
    quote = own.post("/v1/quotes", {"identification": identification, "bill": bill("10000.00")}).json()
    bureau.down()
    settled = own.post("/v1/settlements", {"quote": quote["id"], "hash": quote["hash"]}, "away").json()
    told = own.post("/v1/inquiries", {"identification": identification}).json()
    # 4200.00 x 80% + 5000.00 x 85%, articles 11 and 12, worked out by hand.
    assert (told["year"]["pool_paid"], told["year"]["admissions"], told["pending"]) == ("7610.00", 1, 1)
    assert told["account"]["balance"] == settled["settlement"]["account_balance"]


def test_an_inquiry_about_nobody_is_refused(terminal: TerminalProcess) -> None:
    """An identification that is unknown, or has lapsed, is asked for again."""
    answer = terminal.post("/v1/inquiries", {"identification": "nobody"})
    assert_problem(answer, 404, "identification", "no-such-identification")


def test_the_law_is_listed_and_explained(running: TerminalProcess) -> None:
    """Every policy with its versions; one of them by name, by day and the newest, each rule with its article."""
    listed = {one["id"]: one["versions"] for one in running.client.get("/v1/policies").json()["policies"]}
    versions = [one["version"] for one in listed["yantai-employee"]]
    assert versions == sorted(versions)
    newest = running.client.get("/v1/policies/yantai-employee").json()
    assert (newest["id"], newest["version"]) == ("yantai-employee", versions[-1])
    assert any("第十一条" in line and "5000.00: 80%" in line for line in newest["lines"])
    for query in (f"date={DAY}", f"version={versions[-1]}"):
        assert running.client.get(f"/v1/policies/yantai-employee?{query}").json() == newest


def test_law_that_is_not_there_is_not_found(running: TerminalProcess) -> None:
    """An unknown policy or version, a day before the first one, and two ways to name one at once."""
    get = running.client.get
    assert_problem(get("/v1/policies/atlantis"), 404, "policy", "no-such-policy")
    assert_problem(get("/v1/policies/yantai-employee?version=1900-01-01"), 404, "version", "no-such-version")
    assert_problem(get("/v1/policies/yantai-employee?date=1900-01-01"), 422, "date", "outside-versions")
    assert_problem(get(f"/v1/policies/yantai-employee?date={DAY}&version=2018-01-01"), 422, "query")


def test_the_devices_speak_for_themselves(running: TerminalProcess) -> None:
    """The card that is in the reader, the printer that can print."""
    devices = running.client.get("/v1/devices").json()["devices"]
    assert devices["reader"] == {"health": "good", "code": "card-present", "detail": ""}
    assert devices["printer"]["health"] == "good"


def test_the_doctor_looks_at_everything_while_the_counter_works(
    terminal: TerminalProcess, new_key: Callable[[], str]
) -> None:
    """A verdict for each part; the journal that is being written to agrees with its chain."""
    terminal.settled(bill("10.00"), new_key())
    report = terminal.client.get("/v1/diagnosis").json()
    verdicts = {check["name"].split()[-1]: check["verdict"] for check in report["checks"]}
    assert (verdicts["journal"], verdicts["reader"], verdicts["center"]) == ("good", "good", "good")
    assert report["terminal"] == "T00000001"
    assert report["verdict"] in ("good", "warning")
    assert terminal.client.get("/v1/health").status_code == 200


def test_the_doctor_s_report_is_printed_and_kept(terminal: TerminalProcess) -> None:
    """Queued, and soon off the queue: it is on paper."""
    answer = terminal.post("/v1/diagnosis", {})
    assert (answer.status_code, answer.json()["document"]) == (202, "doctor")
    terminal.until("/v1/queue", lambda queue: not queue["prints"])
    jobs = terminal.client.get("/v1/print-jobs?last=20").json()["jobs"]
    assert next(job for job in jobs if job["document"] == "doctor")["state"] == "printed"


def test_a_quote_is_read_again_until_it_is_settled(terminal: TerminalProcess, new_key: Callable[[], str]) -> None:
    """A page that was loaded again finds its quote; once it is settled there is nothing to settle any more."""
    made = terminal.post("/v1/quotes", {"identification": terminal.identified(), "bill": bill("10.00")})
    path = f"/v1/quotes/{made.json()['id']}"
    assert terminal.client.get(path).json() == made.json()
    body = {"quote": made.json()["id"], "hash": made.json()["hash"]}
    assert terminal.post("/v1/settlements", body, new_key()).status_code == 201
    assert_problem(terminal.client.get(path), 404, "quote", "no-such-quote")
