"""What the bureau publishes comes down signed, is kept with its history, and holds from its own day on."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from counter_parts import DAY, STAY, Shop
from publishing import JULY, SUPPLEMENT, Bureau, pack_text

from terminal.cli import main
from terminal.counter.fetching import NotFetched
from terminal.errors import Conflict

POOL_BEFORE, POOL_SINCE = 761_000, 777_000
"""10000.00 at tier 3: line 800, 4200 x 80% + 5000 x 85% (article 11); with a line of 600, 4400 x 80% + 5000 x 85%."""


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    return Bureau(tmp_path)


@pytest.fixture
def shop(tmp_path: Path, bureau: Bureau) -> Iterator[Shop]:
    """A shop that knows the bureau's key, open, nothing published yet."""
    with Shop(tmp_path, bureau_key=bureau.key) as opened:
        yield opened


def pool(shop: Shop, day: dt.date) -> int:
    """What the pool pays of the stay on a day."""
    asked = msgspec.structs.replace(STAY, date=day)
    return shop.quote(asked).settlement.funds["pool"]


def titles(shop: Shop) -> list[str]:
    return [one.head.title for one in shop.journal.publications()]


def reasons(shop: Shop) -> list[str]:
    """Why files were refused, in English; each is said in Chinese too."""
    troubles = shop.downloads.troubles()
    assert all(re.search("[\u4e00-\u9fff]", trouble.reason_zh) for trouble in troubles)
    return [trouble.reason for trouble in troubles]


def test_a_pack_comes_down_at_sign_in_and_holds_from_its_own_day(shop: Shop, bureau: Bureau) -> None:
    """The same bill, on the eve and on the first day; the settlement names the version it rests on."""
    bureau.pack()
    shop.sign_in()

    assert titles(shop) == ["pack/yantai-employee version 1"]
    assert pool(shop, DAY) == POOL_BEFORE
    shop.clock.advance(dt.timedelta(days=1).total_seconds())
    shop.sign_in()
    quote = shop.quote(msgspec.structs.replace(STAY, date=JULY))
    assert quote.settlement.funds["pool"] == POOL_SINCE
    assert quote.settlement.policy.version == "2021-07-01"
    assert pool(shop, DAY) == POOL_BEFORE, "a bill of the eve that comes late still goes by the law of its day"
    assert shop.journal.verify() == []


def publish_by_command(
    bureau: Bureau, file: Path, *days: str, kind: str = "pack", name: str = "yantai-employee"
) -> int:
    """`terminal bureau publish` with the bureau's key, into the folder of the center."""
    where = ["--key", str(bureau.folder / "bureau.pem"), "--folder", str(bureau.folder / "published")]
    return main(["bureau", "publish", str(file), "--kind", kind, "--name", name, *days, *where])


def test_what_the_command_has_signed_is_taken(shop: Shop, bureau: Bureau, tmp_path: Path) -> None:
    """`terminal bureau publish` numbers, signs and offers it: the terminal that knows the key settles by it."""
    (tmp_path / "pack.toml").write_bytes(pack_text(JULY))
    assert publish_by_command(bureau, tmp_path / "pack.toml", "--from", "2021-07-01", "--to", "2022-12-31") == 0
    (tmp_path / "cards.txt").write_bytes(b"")
    for _ in range(2):
        assert (
            publish_by_command(bureau, tmp_path / "cards.txt", "--from", "2021-06-30", kind="blacklist", name="cards")
            == 0
        )
    shop.sign_in()

    blacklists = ["blacklist/cards version 1", "blacklist/cards version 2"]
    assert sorted(titles(shop)) == [*blacklists, "pack/yantai-employee version 1"]
    shop.clock.advance(dt.timedelta(days=1).total_seconds())
    shop.sign_in()
    assert pool(shop, JULY) == POOL_SINCE
    assert reasons(shop) == []


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (("--from", "2023-01-02"), "from 2023-01-01 to 2023-01-01 none holds"),
        (("--from", "2021-06-30"), "it begins before the version that is here"),
        (("--from", "2023-01-01", "--to", "2022-12-31"), "it ends before it begins"),
    ],
)
def test_the_command_publishes_nothing_that_no_terminal_would_take(
    bureau: Bureau, tmp_path: Path, capsys: pytest.CaptureFixture[str], days: tuple[str, ...], said: str
) -> None:
    """A hole in the days, a step back, an end before the beginning: refused before it is signed."""
    bureau.pack()
    (tmp_path / "pack.toml").write_bytes(pack_text(JULY))
    there = sorted((tmp_path / "published").iterdir())
    assert publish_by_command(bureau, tmp_path / "pack.toml", *days) == 1
    assert said in capsys.readouterr().err
    assert sorted((tmp_path / "published").iterdir()) == there


def test_the_command_signs_with_no_other_key_than_an_sm2_one(
    bureau: Bureau, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A public key, or anything else in its place, is refused, and nothing is offered."""
    (bureau.folder / "bureau.pem").write_bytes(bureau.key)
    (tmp_path / "pack.toml").write_bytes(pack_text(JULY))
    assert publish_by_command(bureau, tmp_path / "pack.toml", "--from", "2021-07-01") == 1
    assert "no SM2 key" in capsys.readouterr().err
    assert list((tmp_path / "published").iterdir()) == []


def test_what_could_not_be_had_is_fetched_by_the_next_try_of_the_same_sign_in(shop: Shop, bureau: Bureau) -> None:
    """A file that is no answer stays wanted and the step fails by name; the next try has it, and wants nothing more."""
    bureau.pack(first=DAY)
    shop.center.faults.inject("html", infno="9102")
    shop.counter.sign_in("007")
    with pytest.raises(NotFetched):
        shop.fetching.tick(shop.clock.now())
    assert titles(shop) == []
    assert shop.fetching.tick(shop.clock.now())
    assert titles(shop) == ["pack/yantai-employee version 1"]
    assert not shop.fetching.tick(shop.clock.now())


@pytest.mark.parametrize("gone", ["signed out", "the next day"])
def test_nobody_is_signed_in_anew_to_fetch_a_file(shop: Shop, bureau: Bureau, gone: str) -> None:
    """Who wanted it has left: the center is not asked in their name until somebody signs in."""
    bureau.pack(first=DAY)
    shop.center.faults.inject("html", infno="9102")
    shop.sign_in()
    assert titles(shop) == []
    if gone == "signed out":
        shop.counter.sign_out()
    else:
        shop.clock.advance(86_400)
    assert not shop.fetching.tick(shop.clock.now())
    shop.sign_in()
    assert titles(shop) == ["pack/yantai-employee version 1"]


def test_what_came_down_holds_after_a_restart(shop: Shop, bureau: Bureau) -> None:
    """Without asking the center again."""
    bureau.pack(first=DAY)
    shop.download()
    shop.center.down()
    shop.reopen()
    pack, _ = shop.law.shelf.pack("yantai-employee", DAY)
    assert pack.version == "2021-06-30"


def test_a_quote_under_the_old_law_is_quoted_again(shop: Shop, bureau: Bureau) -> None:
    """The patient agreed to other amounts: the settlement is refused, and the new quote is the new law's."""
    quote = shop.quote(STAY)
    bureau.pack(first=DAY)
    shop.download()

    with pytest.raises(Conflict) as refused:
        shop.counter.settle(quote.id, quote.hash, False, "", shop.key())
    assert refused.value.code == "quote-changed"
    assert shop.quote(STAY).settlement.funds["pool"] == POOL_SINCE


def test_a_supplement_answers_from_its_first_day_until_the_next_version(shop: Shop, bureau: Bureau) -> None:
    """Each version on its own days; both stay in the journal, so that any bill can be worked out again."""
    text = SUPPLEMENT.read_text(encoding="utf-8")
    july = text.replace("2018-01-01", "2021-07-01").replace('"3000.00"', '"2000.00"')
    last = dt.date(2022, 12, 31)
    bureau.publish("supplement", "yantai-chronic", 1, text.encode(), dt.date(2018, 1, 1), last)
    bureau.publish("supplement", "yantai-chronic", 2, july.encode(), JULY, last)
    shop.download()

    def limit(day: dt.date) -> str:
        (given,) = shop.law.shelf.given("yantai-employee", day)
        return str(given.supplement.service.chronic.limit[0].amount)  # type: ignore[union-attr]

    assert (limit(DAY), limit(JULY)) == ("300000", "200000")
    assert len(shop.journal.publications()) == 2


def spoilt_signature(bureau: Bureau) -> None:
    bureau.change_side(bureau.pack(), signature="AAAA")


def changed_byte(bureau: Bureau) -> None:
    name = bureau.pack()
    (bureau.folder / "published" / name).write_bytes(pack_text(line="601.00"))


def changed_day(bureau: Bureau) -> None:
    bureau.change_side(bureau.pack(), in_force_from="2021-08-01")


def unreadable_pack(bureau: Bureau) -> None:
    bureau.publish("pack", "yantai-employee", 1, b"[policy", JULY)


def contradicting_pack(bureau: Bureau) -> None:
    body = pack_text().replace(b'default_category = "employee"', b'default_category = "resident"')
    bureau.publish("pack", "yantai-employee", 1, body, JULY, dt.date(2022, 12, 31))


def pack_of_another(bureau: Bureau) -> None:
    bureau.publish("pack", "yantai-resident", 1, pack_text(), JULY, dt.date(2022, 12, 31))


def hole_after_the_shipped(bureau: Bureau) -> None:
    first = dt.date(2023, 2, 1)
    body = pack_text(first).replace(b"effective_to = 2022-12-31", b"")
    bureau.publish("pack", "yantai-employee", 1, body, first)


def older_law(bureau: Bureau) -> None:
    bureau.pack(first=dt.date(2018, 1, 1))


@pytest.mark.parametrize(
    ("publish", "reason"),
    [
        (spoilt_signature, "the signature is not the bureau's"),
        (changed_byte, "the signature is not the bureau's"),
        (changed_day, "the signature is not the bureau's"),
        (unreadable_pack, "not TOML"),
        (contradicting_pack, "policy.default_category: not among the categories"),
        (pack_of_another, "another policy's"),
        (hole_after_the_shipped, "leave a gap"),
        (older_law, "law that begins on 2018-01-01 is in force here"),
    ],
)
def test_a_faulty_pack_is_refused_and_changes_nothing(shop: Shop, bureau: Bureau, publish: Any, reason: str) -> None:
    """It is told until a good version takes its place; the operator signs in all the same."""
    publish(bureau)
    assert shop.sign_in() == "007"

    assert len(reasons(shop)) == 1
    assert reason in reasons(shop)[0]
    assert titles(shop) == []
    assert pool(shop, DAY) == POOL_BEFORE
    head = shop.journal.head()
    shop.download()
    assert shop.journal.head() == head, "the same trouble again is no new entry"

    for path in (bureau.folder / "published").iterdir():
        path.unlink()
    bureau.pack()
    shop.download()
    assert reasons(shop) == []
    assert titles(shop) == ["pack/yantai-employee version 1"]
    assert shop.journal.verify() == []


def test_a_version_that_skips_one_is_refused_until_the_missing_one_is_there(shop: Shop, bureau: Bureau) -> None:
    """Two versions of law, of which the middle one never came."""
    bureau.pack(1)
    shop.download()
    bureau.pack(3, dt.date(2021, 9, 1))
    shop.download()
    assert "version 2 is missing" in reasons(shop)[0]
    bureau.pack(2, dt.date(2021, 8, 1))
    assert shop.download() == ["pack/yantai-employee version 2", "pack/yantai-employee version 3"]


def test_a_hole_in_the_days_of_parameters_is_refused(shop: Shop, bureau: Bureau) -> None:
    """The first version ends in June, the next begins in August."""
    body = b'source = "x"\n'
    bureau.publish("parameters", "offline", 1, body, DAY, dt.date(2021, 6, 30))
    bureau.publish("parameters", "offline", 2, body, dt.date(2021, 8, 1))
    shop.download()
    assert "from 2021-07-01 to 2021-07-31 none holds" in reasons(shop)[0]
    assert "2021-07-01 至 2021-07-31 无有效版本" in shop.downloads.troubles()[0].reason_zh


def test_a_center_that_goes_back_to_an_older_version_is_reported(shop: Shop, bureau: Bureau) -> None:
    """Well signed, but older than what is here: what is here stays."""
    bureau.pack(1)
    second = bureau.pack(2, dt.date(2021, 8, 1))
    shop.download()
    bureau.withdraw(second)

    shop.sign_in()
    assert "older than here" in reasons(shop)[0]
    assert len(titles(shop)) == 2


def test_one_version_with_two_contents_is_reported(shop: Shop, bureau: Bureau) -> None:
    """Both signed by the bureau: the first one stays."""
    bureau.pack(line="600.00", first=DAY)
    shop.download()
    bureau.pack(line="500.00", first=DAY)
    shop.download()
    assert "another file" in reasons(shop)[0]
    assert pool(shop, DAY) == POOL_SINCE


def test_without_the_bureaus_key_nothing_is_taken(tmp_path: Path, bureau: Bureau) -> None:
    """A terminal that cannot check a signature says so."""
    bureau.pack()
    with Shop(tmp_path) as shop:
        assert "no bureau_key is configured" in reasons(shop)[0]
        assert titles(shop) == []


def test_a_download_that_breaks_off_does_not_keep_the_operator_out(shop: Shop, bureau: Bureau) -> None:
    """The file is asked for again at the next sign-in."""
    bureau.pack()
    shop.center.faults.inject("html", infno="9102")
    shop.sign_in()
    assert titles(shop) == []
    assert "no usable answer" in reasons(shop)[0]
    shop.sign_in()
    assert len(titles(shop)) == 1
    assert reasons(shop) == []


def test_one_file_that_cannot_be_had_stops_no_other(shop: Shop, bureau: Bureau) -> None:
    """The blacklist comes as a web page: it is named as what is missing, and the pack behind it is taken."""
    bureau.publish("blacklist", "cards", 1, b"", DAY)
    bureau.pack()
    shop.center.faults.inject("html", infno="9102")
    shop.sign_in()
    assert titles(shop) == ["pack/yantai-employee version 1"]
    (trouble,) = shop.downloads.troubles()
    assert (trouble.label, trouble.what) == ("blacklist/cards", "blacklist/cards version 1")
    shop.sign_in()
    assert titles(shop) == ["pack/yantai-employee version 1", "blacklist/cards version 1"]
    assert reasons(shop) == []


def test_a_center_that_has_nothing_new_is_asked_nothing_more(shop: Shop, bureau: Bureau) -> None:
    """9001 alone tells that all is the newest: no list, no file."""
    bureau.pack()
    shop.download()
    shop.center.faults.inject("refuse", 10, infno="1901")
    shop.sign_in()
    assert reasons(shop) == []


def test_a_changed_byte_of_a_kept_file_is_found_by_the_audit(shop: Shop, bureau: Bureau) -> None:
    """Past the triggers, as somebody with a tool would."""
    bureau.pack()
    shop.download()
    with closing(sqlite3.connect(shop.folder / "journal.db", isolation_level=None)) as other:
        with pytest.raises(sqlite3.IntegrityError, match="only added to"):
            other.execute("UPDATE publications SET body = x'00'")
        other.execute("DROP TRIGGER publications_are_not_changed")
        other.execute("UPDATE publications SET body = CAST(replace(CAST(body AS TEXT), '600', '500') AS BLOB)")
    assert shop.journal.verify() == ["entry 1: the published file pack/yantai-employee was changed"]
