"""What a province demands, demanded: the reference center behind every profile that ships, and one wrong byte each."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from town import Town, nothing_kept

from terminal.bureau.arrivals import arrivals
from terminal.bureau.attached import taken_apart
from terminal.bureau.gate import CenterKeys, load_center_keys
from terminal.bureau.server import ServerTls
from terminal.center.answers import Accepted, NotSent, Unknown
from terminal.center.desk import CenterDesk
from terminal.center.details import OwnRow, packed
from terminal.center.form import Attached, form, form_type
from terminal.center.link import HttpLink
from terminal.center.profile import Profile, load_profile, profile_names
from terminal.center.seal import Secrets, gateway_headers
from terminal.center.tls import Tls
from terminal.errors import Refused, TerminalError, Unavailable
from terminal.journal.records import GroupTotals

SHARED = {
    "api_access_key": "ak",
    "api_secret": "sk",
    "tif_account": "paas",
    "tif_token": "token",
    "client_id": "0123456789abcdef",
}
Keys = tuple[str, str, Path]


@contextmanager
def behind(name: str, sm2: Keys) -> Iterator[Town]:
    """The town with its center behind one profile's gateway, a desk with the right keys, and nobody signed in."""
    private, public, _ = sm2
    secrets = Secrets(**SHARED, private_key=private, center_public_key=public)
    keys = CenterKeys(**SHARED, private_key=private, institution_public_key=public)
    town = Town(secrets=secrets, profile=load_profile(name), keys=keys)
    try:
        town.open()
        yield town
    finally:
        town.close()


class OneByte(HttpLink):
    """A link that changes one byte of what it sends: in the path, a header, or a field of the body."""

    place = ""

    def _dressed(self, body: bytes) -> tuple[str, dict[str, str], bytes]:
        path, headers, body = super()._dressed(body)
        if self.place == "path":
            path = path[:-1] + "~"
        elif self.place in headers:
            headers[self.place] = changed(headers[self.place])
        else:
            document = json.loads(body)
            field = document[self.place]
            if isinstance(field, str):
                document[self.place] = changed(field)
            else:
                field["druginfo"]["psn_no"] = changed(field["druginfo"]["psn_no"])
            body = json.dumps(document, separators=(",", ":")).encode()
        return path, headers, body


def changed(text: str) -> str:
    """The same text with another character in its middle, of the same kind."""
    place = len(text) // 2
    other = {"0": "1", "A": "B"}.get(text[place], "0" if text[place].isdigit() else "A")
    return text[:place] + other + text[place + 1 :]


def demanded(profile: Profile, town: Town) -> list[str]:
    """Everything of a request that this profile protects."""
    places = list(gateway_headers(profile.gateway, Secrets(), "9001", town.clock.now(), "n"))
    if profile.body.signature != "none":
        places.append("cainfo")
    if profile.body.signature == "input" or profile.body.encryption != "none":
        places.append("input")
    return [*places, *(["opter_name"] if profile.body.signature == "envelope" else []), "path"]


@pytest.mark.parametrize("name", profile_names())
def test_one_wrong_byte_is_turned_away(sm2: Keys, name: str) -> None:
    """As the profile says: booked. Any protected part with one byte changed: 401, nothing booked, and it is shown."""
    with behind(name, sm2) as town:
        record = town.purchase()
        link = OneByte(town.server.url, town.clock, 10, town.profile, town.secrets, nonce=lambda: "once")
        desk = town.new_desk(link)
        for link.place in demanded(town.profile, town):
            assert isinstance(town.send(record, desk=desk), NotSent), link.place
            assert arrivals(town.books.storage)[0].verdict == "turned-away"
        link.close()
        assert town.books.settlements() == []
        assert isinstance(town.send(record), Accepted)
        assert len(town.books.settlements()) == 1


def test_a_till_whose_clock_is_off_is_turned_away(sm2: Keys) -> None:
    """Half an hour is the gateway's window: a minute more and nothing gets through, a minute less and it does."""
    from terminal.clock import SetClock

    with behind("hunan", sm2) as town:
        late = SetClock(town.clock.now())
        link = HttpLink(town.server.url, late, 10, town.profile, town.secrets)
        desk = town.new_desk(link)
        late.advance(-31 * 60)
        with pytest.raises(TerminalError, match="expired"):
            desk.sign_in("0001")
        late.advance(2 * 60)
        desk.sign_in("0001")
        link.close()


def test_a_nonce_counts_once(sm2: Keys) -> None:
    """Who sends the same random value twice is repeating a message that somebody listened to."""
    with behind("guangdong", sm2) as town:
        link = HttpLink(town.server.url, town.clock, 10, town.profile, town.secrets, nonce=lambda: "same")
        desk = town.new_desk(link)
        desk.sign_in("0001")
        with pytest.raises(TerminalError, match="nonce"):
            desk.sign_in("0001")
        link.close()


def test_an_answer_without_its_signature_is_unknown(sm2: Keys) -> None:
    """The center booked, its answer came unsigned: neither accepted nor refused; the repeat is answered well."""
    with behind("jilin", sm2) as town:
        record = town.purchase()
        message_id = town.desk.new_message_id(record.provider_id)
        town.server.faults.inject("unsigned", infno="2102")
        assert isinstance(town.send(record, message_id), Unknown)
        assert len(town.books.settlements()) == 1


@pytest.mark.parametrize(("name", "balanced"), [("hunan", "0"), ("guangdong", "0"), ("hubei", "000000")])
def test_reconciliation_codes_are_the_province_s(sm2: Keys, name: str, balanced: str) -> None:
    """A day without sales agrees, in the code that the province writes; a day with one more there does not."""
    with behind(name, sm2) as town:
        nothing = GroupTotals.of_nothing("P37060200001", "employee", "pharmacy")
        answer = town.desk.totals(town.clock.now().date(), nothing)
        assert answer.balanced
        assert f'"stmt_rslt":"{balanced}"'.encode() in answer.answer
        town.send(town.purchase())
        assert not town.desk.totals(town.clock.now().date(), nothing).balanced


OWN_ROW = OwnRow("S1", "M1", "37060200000006", 1_000, 0, 1_000, False)


@pytest.mark.parametrize(("name", "kind"), [("hunan", "multipart/form-data"), ("guangdong", "application/json")])
def test_a_file_goes_up_in_the_province_s_encoding(sm2: Keys, name: str, kind: str) -> None:
    """9101 behind its gateway: the center keeps the very bytes of our ZIP, and 3202 compares them with its own rows."""
    with behind(name, sm2) as town:
        types = []

        class Watched(HttpLink):
            def _dressed(self, body: bytes) -> tuple[str, dict[str, str], bytes]:
                dressed = super()._dressed(body)
                if b'"infno":"9101"' in body:
                    types.append(dressed[1]["Content-Type"])
                return dressed

        nonces = itertools.count()
        link = Watched(town.server.url, town.clock, 10, town.profile, town.secrets, nonce=lambda: f"file{next(nonces)}")
        desk = town.new_desk(link)
        desk.sign_in("0001")
        nothing = GroupTotals.of_nothing("P37060200001", "employee", "pharmacy")
        (row,) = desk.details(town.clock.now().date(), nothing, [OWN_ROW])
        link.close()
        assert row.center_number == "S1"
        assert [one.startswith(kind) for one in types] == [True]
        assert town.books.file("1") == packed(
            [OWN_ROW], "P37060200001" + town.clock.now().strftime("%Y%m%d") + "41.txt"
        )


@pytest.mark.parametrize(
    "data",
    [b"", b"\r\n", b"\x00\xff\r\n--x--\r\n", b"--\r\n\r\n--" * 3, bytes(range(256)) * 40],
    ids=["nothing", "line end", "an end", "boundaries", "every byte"],
)
def test_a_form_holds_any_bytes(data: bytes) -> None:
    """Whatever is in the file, a reader of MIME that is not ours finds the same bytes and the same envelope."""
    envelope = b'{"infno":"9101","input":{"fsUploadIn":{}}}'
    body = form(envelope, Attached('a "b".zip', data))
    assert taken_apart({"content-type": form_type(body)}, body) == (envelope, data)


@pytest.mark.parametrize(("name", "other"), [("hunan", "array"), ("guangdong", "multipart")])
def test_a_file_in_another_encoding_is_turned_away(sm2: Keys, name: str, other: str) -> None:
    """A center takes files as its province says, and in no other way."""
    with behind(name, sm2) as town:
        changed_profile = msgspec.structs.replace(town.profile, files=other)
        link = HttpLink(town.server.url, town.clock, 10, changed_profile, town.secrets, nonce=iter("abcdef").__next__)
        town.profile = changed_profile
        desk = town.new_desk(link)
        desk.sign_in("0001")
        with pytest.raises(Unavailable, match="9101 takes a file as"):
            desk.details(town.clock.now().date(), GroupTotals.of_nothing("P37060200001", "employee", "pharmacy"), [])
        link.close()


def test_what_a_province_does_not_reverse_is_refused(sm2: Keys) -> None:
    """Hunan takes no voids back."""
    with behind("hunan", sm2) as town:
        outcome = town.desk.reverse("P37060200001", "0001", "37060200000006", "M" * 30, "2103", nothing_kept)
        assert "2103 is not reversed here" in outcome.reason  # type: ignore[union-attr]


def signed_in(town: Town, tls: Tls) -> Callable[[], CenterDesk]:
    """A desk of its own, signed in over TLS."""

    def sign_in() -> CenterDesk:
        town.tls = tls
        desk = town.new_desk(town.new_link())
        desk.sign_in("0001")
        return desk

    return sign_in


def test_tls_with_both_certificates(authority: Path) -> None:
    """With the certificate that the center's authority gave: booked. Without one, or with a stranger's: nothing gets as
    far as the center, and both languages tell the operator of the certificate, though the line was only closed."""
    ca, client = str(authority / "ca.pem"), str(authority / "client.pem")
    files = ServerTls(ca, str(authority / "server.pem"), str(authority / "server.key"))
    town = Town(tls=files)
    town.server.up()
    try:
        with pytest.raises(Unavailable, match=r"none is configured: give \[center\] tls_certificate") as none:
            signed_in(town, Tls(ca))()
        assert "而本终端未配置" in none.value.message_zh
        with pytest.raises(Unavailable, match="perhaps the center does not accept this terminal's client") as strange:
            signed_in(town, Tls(ca, str(authority / "stranger.pem"), str(authority / "stranger.key")))()
        assert "可能是中心不接受本终端的客户端证书" in strange.value.message_zh
        assert arrivals(town.books.storage) == []
        town.desk = signed_in(town, Tls(ca, client, str(authority / "client.key")))()
        assert isinstance(town.send(town.purchase()), Accepted)
    finally:
        town.close()


def test_the_center_s_keys_are_read_strictly_and_never_shown(tmp_path: Path) -> None:
    """A file with an unknown key is refused by its name; no value is in any text."""
    file = tmp_path / "keys.toml"
    file.write_text('api_access_key = "ak"\napi_secrets = "hush"\n')
    with pytest.raises(Refused) as refused:
        load_center_keys(file)
    assert "hush" not in str(refused.value)
    file.write_text('api_secret = "hush"\n')
    assert "hush" not in repr(load_center_keys(file))
