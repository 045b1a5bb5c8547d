"""What provinces put around a message: addresses, gateway headers, SM2 and SM4 bodies, TLS with both certificates."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from keys import openssl
from town import MORNING, Town
from watched import Telling

from terminal import signature
from terminal.center.answers import Accepted, Unknown
from terminal.center.envelope import Request, Unreadable
from terminal.center.link import HttpLink, Silence, Unreachable
from terminal.center.profile import Body, Profile, load_profile, profile_names
from terminal.center.seal import Secrets, gateway_headers, seal, signed_text, sm4, unseal
from terminal.center.tls import Tls
from terminal.clock import SetClock
from terminal.errors import Refused

KEYS = Secrets(
    api_access_key="ak", api_secret="sk", tif_account="paas", tif_token="token", client_id="0123456789abcdef"
)
SIGN_IN = b'{"infno":"9001","msgid":"1"}'


class Gate(BaseHTTPRequestHandler):
    """A gateway that writes down what it gets."""

    seen: ClassVar[list[tuple[str, dict[str, str]]]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, dict(self.headers.items())))
        body = b'{"infcode":0,"output":{}}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing on standard error."""


@contextmanager
def gate(context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A gateway on loopback, over TLS where a context is given; its port."""
    Gate.seen = []
    server = HTTPServer(("127.0.0.1", 0), Gate)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def posted(profile: Profile, body: bytes = SIGN_IN) -> tuple[str, dict[str, str]]:
    """Path and headers of one request as they arrive."""
    with gate() as port:
        url = f"http://127.0.0.1:{port}/fsi/api/rsfComIfsService/callService"
        link = HttpLink(url, SetClock(MORNING), 5, profile, KEYS, nonce=lambda: "n0nce")
        link.post(body)
        link.close()
        return Gate.seen[0]


def test_every_profile_that_ships_is_readable() -> None:
    """All of them, by name; who is unknown, or has an unknown key, is refused with the file."""
    assert {"baseline", "reference", "hunan", "guangdong", "jilin"} <= set(profile_names())
    for name in profile_names():
        assert load_profile(name).name == name
    assert load_profile("baseline").repeats == "unsafe"
    assert "2103" not in load_profile("hunan").reversible
    with pytest.raises(Refused, match="no profile"):
        load_profile("atlantis")


def test_a_profile_with_an_unknown_key_is_refused(tmp_path: Path) -> None:
    """Named with file and key."""
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\nrepeat = "unsafe"\n')
    with pytest.raises(Refused) as refused:
        load_profile(str(file))
    assert refused.value.at == "mine.toml: repeat"


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ('name = "mine', "center.profile", "mine.toml: "),
        ('name = "mine"\n[address]\nform = "services"\n', "mine.toml: address.services", "named nowhere"),
        ('name = "mine"\nentitlement_check = "1"\n', "mine.toml: entitlement_check", ""),
        ('name = "mine"\n[sets]\n41 = "visit"\n', "mine.toml: sets", ""),
    ],
)
def test_a_profile_that_cannot_be_is_refused_by_file_and_key(tmp_path: Path, text: str, at: str, says: str) -> None:
    """No TOML, paths that are nowhere, a kind of care that is none, a set that is none."""
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(Refused) as refused:
        load_profile(str(file))
    assert refused.value.at.startswith(at)
    assert says in refused.value.message


def test_only_a_center_that_says_so_publishes_and_recognises_repeats() -> None:
    """The baseline promises neither; the reference center does both."""
    baseline, reference = load_profile("baseline"), load_profile("reference")
    assert (baseline.publishes, baseline.repeats, baseline.entitlement_check) == (False, "unsafe", "")
    assert (reference.publishes, reference.repeats) == (True, "recognised")
    assert Profile(name="mine").publishes is False


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("baseline", "/fsi/api/rsfComIfsService/callService"),
        ("guangdong", "/fsi/api/rsfComIfsService/callService/9001"),
        ("hebei", "/fsi/api/signInSignOutService/signIn"),
    ],
)
def test_the_address_has_the_province_s_form(name: str, path: str) -> None:
    """One for all, the number behind it, or a path of its own."""
    assert posted(load_profile(name))[0] == path


@pytest.mark.parametrize(("name", "joint"), [("hunan", "&"), ("jiangxi", "&&")])
def test_the_api_headers_are_signed_with_hmac_sha1(name: str, joint: str) -> None:
    """The four fields sorted and joined; Jiangxi's document has a second ampersand before the version."""
    _, headers = posted(load_profile(name))
    milliseconds = str(int(MORNING.timestamp()) * 1_000)
    text = f"_api_access_key=ak&_api_name=9001&_api_timestamp={milliseconds}{joint}_api_version=1.0.0"
    expected = base64.b64encode(hmac.new(b"sk", text.encode(), hashlib.sha1).digest()).decode()
    assert headers["_api_signature"] == expected
    assert (headers["_api_name"], headers["_api_timestamp"]) == ("9001", milliseconds)


@pytest.mark.parametrize(("name", "upper"), [("guangdong", False), ("hebei", True)])
def test_the_tif_headers_are_signed_with_sha256(name: str, upper: bool) -> None:
    """timestamp + token + nonce + timestamp, in the site's case."""
    _, headers = posted(load_profile(name))
    seconds = str(int(MORNING.timestamp()))
    expected = hashlib.sha256(f"{seconds}tokenn0nce{seconds}".encode()).hexdigest()
    assert headers["x-tif-signature"] == (expected.upper() if upper else expected)
    assert (headers["x-tif-paasid"], headers["x-tif-nonce"]) == ("paas", "n0nce")


def test_secrets_are_never_shown() -> None:
    """Neither their text nor an error holds them."""
    assert "sk" not in repr(KEYS)


def request_of(**node: Any) -> Request:
    """A request with one node."""
    names = Request.__struct_fields__[:14]
    return Request(**dict.fromkeys(names, "x"), input={"data": node})  # type: ignore[arg-type]


def test_sm4_is_the_standard_s() -> None:
    """GB/T 32907, example 1, and what was encrypted is read again."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    block = bytes.fromhex("0123456789abcdeffedcba9876543210")
    made = Cipher(algorithms.SM4(block), modes.ECB()).encryptor().update(block)
    assert made.hex() == "681edf34d206965e86b3e94f536e4246"
    assert sm4(KEYS, sm4(KEYS, "张三".encode(), encrypt=True), encrypt=False) == "张三".encode()


def test_a_signed_and_encrypted_body_is_what_openssl_reads(sm2: tuple[str, str, Path]) -> None:
    """Jilin: openssl decrypts `input` with the client id and finds the signature over its text good."""
    key, _, folder = sm2
    keys = msgspec.structs.replace(KEYS, private_key=key)
    document = json.loads(seal(request_of(psn_name="张三"), load_profile("jilin"), keys))
    assert (document["enc_type"], document["signtype"]) == ("SM4", "SM2")
    (folder / "input").write_bytes(base64.b64decode(document["input"]))
    key_hex = KEYS.client_id.encode().hex()
    openssl("enc", "-d", "-sm4-ecb", "-K", key_hex, "-in", "input", "-out", "plain", folder=folder)
    assert json.loads((folder / "plain").read_bytes()) == {"data": {"psn_name": "张三"}}
    raw = base64.b64decode(document["cainfo"])
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    (folder / "signature").write_bytes(der)
    options = ("-rawin", "-digest", "sm3", "-pkeyopt", f"distid:{KEYS.client_id}")
    verify = ("pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-in", "plain", "-sigfile", "signature")
    openssl(*verify, *options, folder=folder)


def test_the_envelope_s_signature_leaves_the_body_out(sm2: tuple[str, str, Path]) -> None:
    """Hubei type: upper-case hex over the sorted fields without `cainfo` and `input`."""
    key, public, _ = sm2
    profile, keys = load_profile("hubei"), msgspec.structs.replace(KEYS, private_key=key)
    document = json.loads(seal(request_of(a="1"), profile, keys))
    text = "&".join(f"{name}={document[name]}" for name in sorted(document) if name not in ("cainfo", "input"))
    raw = bytes.fromhex(document["cainfo"])
    assert document["cainfo"] == document["cainfo"].upper()
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    assert signature.verify(public.encode(), text.encode(), der)


def answered(cainfo: str, output: str = '{"a":"1"}') -> bytes:
    """An answer with this signature over the text of its output."""
    return f'{{"infcode":0,"output":{output},"cainfo":"{cainfo}"}}'.encode()


INPUT_SIGNED = Profile(name="test", body=Body(signature="input"))


def test_a_signature_that_is_written_otherwise_is_none(sm2: tuple[str, str, Path]) -> None:
    """Of 64 bytes in strict Base64; a character or a byte more, half of it, or another text: nothing was answered."""
    key, public, _ = sm2
    keys = msgspec.structs.replace(KEYS, private_key=key, center_public_key=public)
    good = signed_text(b'{"a":"1"}', INPUT_SIGNED, keys)
    opened = json.loads(unseal(answered(good), INPUT_SIGNED, keys))
    assert (opened["infcode"], opened["output"]) == (0, {"a": "1"})
    raw = base64.b64decode(good)
    longer, shorter = (base64.b64encode(spoilt).decode() for spoilt in (raw + b"\0", raw[:32]))
    for spoilt in (f"!{good}", good + " ", longer, shorter, "", good[:-1]):
        with pytest.raises(Unreadable, match="missing or wrong"):
            unseal(answered(spoilt), INPUT_SIGNED, keys)
    with pytest.raises(Unreadable, match="missing or wrong"):
        unseal(answered(good, '{"a":"2"}'), INPUT_SIGNED, keys)


def test_a_signature_in_hex_is_read_as_such(sm2: tuple[str, str, Path]) -> None:
    """Hubei type: over the envelope without its output; what is no hex is none."""
    key, public, _ = sm2
    profile = load_profile("hubei")
    keys = msgspec.structs.replace(KEYS, private_key=key, center_public_key=public)
    made = signed_text(b"infcode=0", profile, keys)
    assert json.loads(unseal(answered(made), profile, keys))["output"] == {"a": "1"}
    with pytest.raises(Unreadable, match="missing or wrong"):
        unseal(answered("zz"), profile, keys)


def test_what_a_gateway_says_in_clear_is_read_as_it_is() -> None:
    """No answer of the center's: not JSON, or without `infcode`; nothing of it is signed or encrypted."""
    for said in (b"<html>", b'{"code":401,"message":"no"}'):
        assert unseal(said, load_profile("jilin"), KEYS) == said
        assert unseal(said, load_profile("baseline"), Secrets()) == said


def test_a_province_may_encrypt_and_sign_nothing() -> None:
    """SM4 alone: no signature in the request, none asked for in the answer; an output in clear is read too."""
    profile = Profile(name="test", body=Body(encryption="sm4"))
    document = json.loads(seal(request_of(a="1"), profile, KEYS))
    assert (document["enc_type"], document["signtype"], document["cainfo"]) == ("SM4", "", "")
    assert json.loads(sm4(KEYS, base64.b64decode(document["input"]), encrypt=False)) == {"data": {"a": "1"}}
    secret = base64.b64encode(sm4(KEYS, b'{"a":"1"}', encrypt=True)).decode()
    for output, read in ((f'"{secret}"', {"a": "1"}), ('{"a":"2"}', {"a": "2"}), ("null", None)):
        assert json.loads(unseal(f'{{"infcode":0,"output":{output}}}'.encode(), profile, KEYS))["output"] == read
    assert json.loads(unseal(b'{"infcode":0}', profile, KEYS))["output"] is None
    noise = base64.b64encode(sm4(KEYS, b"no JSON", encrypt=True)).decode()
    for spoilt, says in (
        (f"!{secret}", "not Base64"),
        (secret[:-1], "not Base64"),
        ("AAAA", "cannot be decrypted"),
        (noise, "not JSON"),
    ):
        with pytest.raises(Unreadable, match=says):
            unseal(f'{{"infcode":0,"output":"{spoilt}"}}'.encode(), profile, KEYS)


def test_a_province_may_sign_and_encrypt_nothing(sm2: tuple[str, str, Path]) -> None:
    """SM2 over `input` alone: the body goes in clear."""
    keys = msgspec.structs.replace(KEYS, private_key=sm2[0])
    document = json.loads(seal(request_of(a="1"), INPUT_SIGNED, keys))
    assert (document["input"], document["enc_type"], document["signtype"]) == ({"data": {"a": "1"}}, "", "SM2")


@pytest.mark.parametrize("client_id", ["", "0123456789abcde", "0123456789abcdef0"])
def test_a_key_of_another_length_is_refused(client_id: str) -> None:
    """SM4 has 16 bytes; the configuration is at fault, not the center."""
    with pytest.raises(Refused) as refused:
        sm4(Secrets(client_id=client_id), b"", encrypt=True)
    assert (refused.value.code, refused.value.at) == ("bad-configuration", "center.secrets")


class SealingCenter:
    """A link that signs and encrypts the center's answers as Jilin's does, or spoils them."""

    def __init__(self, town: Town, key: str, spoil: str) -> None:
        self._link, self._key, self._spoil = town.new_link(), key, spoil

    def post(self, body: bytes) -> bytes:
        document = json.loads(body)
        document["input"] = json.loads(sm4(KEYS, base64.b64decode(document["input"]), encrypt=False))
        answer = json.loads(self._link.post(json.dumps(document).encode()))
        text = json.dumps(answer["output"], ensure_ascii=False).encode()
        der = signature.sign(self._key.encode(), text, KEYS.client_id.encode())
        raw = b"".join(number.to_bytes(32, "big") for number in decode_dss_signature(der))
        answer["cainfo"] = base64.b64encode(raw).decode()
        if document["infno"] == "2102" and self._spoil == "amount":
            text = text.replace(b'"75.00"', b'"57.00"')
        if document["infno"] == "2102" and self._spoil == "unsigned":
            answer["cainfo"] = ""
        answer["output"] = base64.b64encode(sm4(KEYS, text, encrypt=True)).decode()
        if document["infno"] == "2102" and self._spoil == "cipher":
            answer["output"] = answer["output"][:-8] + "AAAAAAA="
        return json.dumps(answer).encode()


@pytest.mark.parametrize("spoil", ["", "amount", "unsigned", "cipher"])
def test_an_answer_with_a_wrong_signature_is_unknown(town: Town, sm2: tuple[str, str, Path], spoil: str) -> None:
    """Signed and encrypted, both ways: accepted; changed, unsigned or not to be decrypted: unknown, never accepted."""
    from terminal.center.answers import Institution
    from terminal.center.desk import CenterDesk

    key, public, _ = sm2
    keys = msgspec.structs.replace(KEYS, private_key=key, center_public_key=public)
    names = {provider_id: provider.name for provider_id, provider in town.providers.items()}
    link = SealingCenter(town, key, spoil)
    desk = CenterDesk(link, Institution("370602", names), town.stamp, 1, town.clock, load_profile("jilin"), keys)
    outcome = town.send(town.purchase(), desk=desk)
    assert isinstance(outcome, Unknown if spoil else Accepted)


DEEP = b"[" * 5_000 + b"]" * 5_000


@pytest.mark.parametrize(
    "said",
    [
        b'{"infcode":0,"output":' + DEEP + b"}",
        b'{"infcode":0,"output":"\xff\xfe"}',
        b'{"infcode":0,"cainfo":' + DEEP + b"}",
        b'{"infcode":0,"cainfo":"\xff\xfe","output":{}}',
        DEEP,
    ],
    ids=["deep output", "output of no UTF-8", "deep signature", "signature of no UTF-8", "deep"],
)
@pytest.mark.parametrize("signed_over", ["none", "input", "envelope"])
@pytest.mark.parametrize("encryption", ["none", "sm4"])
def test_an_answer_that_no_decoder_takes_is_unknown_in_every_province(
    town: Town, sm2: tuple[str, str, Path], said: bytes, signed_over: str, encryption: str
) -> None:
    """Nested five thousand deep, or no text at all, signed or encrypted or neither: in doubt, and kept."""
    key, public, _ = sm2
    keys = msgspec.structs.replace(KEYS, private_key=key, center_public_key=public)
    body = msgspec.convert({"signature": signed_over, "encryption": encryption}, Body)
    town.profile, town.secrets = Profile(name="test", body=body), keys
    outcome = town.send(town.purchase(), desk=town.new_desk(Telling(town, "2102", said)))
    assert isinstance(outcome, Unknown)
    assert outcome.answer.startswith(said[:11])


@pytest.mark.parametrize("case", ["good", "no client certificate", "another authority"])
def test_tls_checks_both_sides(authority: Path, case: str) -> None:
    """With our certificate and the center's authority: an answer. Without either: no exchange at all."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "server.pem", authority / "server.key")
    context.load_verify_locations(authority / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    certificate = "" if case == "no client certificate" else str(authority / "client.pem")
    ca = "" if case == "another authority" else str(authority / "ca.pem")
    tls = Tls(ca, certificate, str(authority / "client.key") if certificate else "")
    with gate(context) as port:
        link = HttpLink(f"https://127.0.0.1:{port}/", SetClock(MORNING), 5, tls=tls)
        if case == "good":
            assert link.post(SIGN_IN) == b'{"infcode":0,"output":{}}'
        else:
            for _ in range(2):
                with pytest.raises((Unreachable, Silence)):
                    link.post(SIGN_IN)
        link.close()
        assert len(Gate.seen) == (1 if case == "good" else 0)


def test_a_certificate_that_is_none_is_refused_at_start(tmp_path: Path) -> None:
    """Named by its key, before anything is sent."""
    (tmp_path / "bad.pem").write_text("nothing")
    with pytest.raises(Refused) as refused:
        HttpLink("https://127.0.0.1:1/", SetClock(MORNING), tls=Tls(certificate=str(tmp_path / "bad.pem")))
    assert refused.value.at == "center.tls"


def test_headers_name_the_moment() -> None:
    """Two moments, two signatures."""
    gateway = load_profile("hunan").gateway
    later = MORNING + dt.timedelta(seconds=1)
    assert gateway_headers(gateway, KEYS, "1101", MORNING, "") != gateway_headers(gateway, KEYS, "1101", later, "")


def test_certificates_are_read_once_for_all_lines(authority: Path, tmp_path: Path) -> None:
    """A second line is made by what the first has read; who is told anew where to read finds the file gone."""
    ca = tmp_path / "ca.pem"
    ca.write_bytes((authority / "ca.pem").read_bytes())
    tls = Tls(str(ca))
    HttpLink("https://127.0.0.1:1/", SetClock(MORNING), tls=tls)
    ca.unlink()
    HttpLink("https://127.0.0.1:1/", SetClock(MORNING), tls=tls)
    with pytest.raises(Refused):
        HttpLink("https://127.0.0.1:1/", SetClock(MORNING), tls=Tls(str(ca)))
