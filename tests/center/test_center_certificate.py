"""A center that does not accept the terminal's certificate, told as such: by an alert, by a page, by a closed line."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from town import Town

from terminal.bureau.server import ServerTls
from terminal.center.answers import Accepted
from terminal.center.link import HttpLink, Silence, Unreachable
from terminal.center.tls import Tls
from terminal.clock import SystemClock
from terminal.config import load
from terminal.diagnosis import diagnose
from terminal.errors import Broken
from terminal.signature import verify

NOT_ACCEPTED = "the center does not accept this terminal's client certificate"
WANTED = "the center wants a client certificate and none is configured"


@contextmanager
def gateway(authority: Path, newest: ssl.TLSVersion, answer: bytes = b"") -> Iterator[str]:
    """A gateway's TLS on a real port: it wants certificates of its authority, or answers everybody once with `answer`.
    Every caller is read to the end, so that what it is told is not lost with what it still sends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "server.pem", authority / "server.key")
    context.maximum_version = newest
    if not answer:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(authority / "ca.pem")
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        caller, _ = listener.accept()
        with caller:
            bare = caller.dup()
            try:
                with context.wrap_socket(caller, server_side=True) as line:
                    line.recv(1024)
                    line.sendall(answer)
                    line.recv(1024)
            except ssl.SSLError:
                while bare.recv(1024):
                    pass
            finally:
                bare.close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"https://127.0.0.1:{listener.getsockname()[1]}/center"
    thread.join()
    listener.close()


def told(url: str, tls: Tls) -> Silence | Unreachable:
    """What a link raises that asks there."""
    with closing(HttpLink(url, SystemClock(), tls=tls)) as link, pytest.raises((Silence, Unreachable)) as raised:
        link.post(b"{}")
    return raised.value


def presented(authority: Path, name: str) -> Tls:
    """A terminal that trusts the authority and shows the certificate of this name; "" for none."""
    own = (str(authority / f"{name}.pem"), str(authority / f"{name}.key")) if name else ()
    return Tls(str(authority / "ca.pem"), *own)


@pytest.mark.parametrize(("name", "expected"), [("", WANTED), ("stranger", NOT_ACCEPTED)])
def test_an_alert_behind_the_handshake_is_told_as_what_it_is(authority: Path, name: str, expected: str) -> None:
    """TLS 1.3: the alert comes with the first read, is certain, and says in both languages what to look at."""
    with gateway(authority, ssl.TLSVersion.TLSv1_3) as url:
        said = told(url, presented(authority, name))
    assert isinstance(said, Silence)
    assert expected in str(said)
    assert "perhaps" not in str(said)
    assert "tls_certificate" in said.reason_zh


@pytest.mark.parametrize(("name", "expected"), [("", f"perhaps {WANTED}"), ("stranger", f"; {NOT_ACCEPTED}")])
def test_within_the_handshake_it_is_told_too(authority: Path, name: str, expected: str) -> None:
    """TLS 1.2: surely nothing was sent; a bare "handshake failure" may have another reason, a stranger's has none."""
    with gateway(authority, ssl.TLSVersion.TLSv1_2) as url:
        said = told(url, presented(authority, name))
    assert isinstance(said, Unreachable)
    assert expected in str(said)


def test_a_gateway_s_page_is_told_too(authority: Path) -> None:
    """nginx lets everybody through its handshake, and answers strangers with 400 and a page."""
    page = b"<html>\r\n<head><title>400 No required SSL certificate was sent</title></head>\r\n</html>\r\n"
    answer = b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n%b" % (len(page), page)
    with gateway(authority, ssl.TLSVersion.TLSv1_3, answer) as url:
        assert WANTED in str(told(url, presented(authority, "")))


def test_another_page_of_a_gateway_says_nothing_of_certificates(authority: Path) -> None:
    """A gateway behind which the center is down: its page is what came, for others to judge."""
    page = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n</html>\r\n"
    answer = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: %d\r\n\r\n%b" % (len(page), page)
    with (
        gateway(authority, ssl.TLSVersion.TLSv1_3, answer) as url,
        closing(HttpLink(url, SystemClock(), tls=presented(authority, ""))) as link,
    ):
        assert link.post(b"{}") == page


def test_a_line_that_closes_behind_a_good_answer_is_no_matter_of_certificates(authority: Path) -> None:
    """The center has answered on this very line: what ends it now is told as it is."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    with (
        gateway(authority, ssl.TLSVersion.TLSv1_3, answer) as url,
        closing(HttpLink(url, SystemClock(), tls=presented(authority, ""))) as link,
    ):
        assert link.post(b"{}") == b"{}"
        with pytest.raises(Silence) as silence:
            link.post(b"{}")
    assert str(silence.value) == "no answer: Closed the line was closed"


@pytest.mark.parametrize(("name", "verdict"), [("", "fault"), ("stranger", "fault"), ("client", "good")])
def test_the_doctor_asks_far_enough_to_hear_it(authority: Path, tmp_path: Path, name: str, verdict: str) -> None:
    """The reference center with TLS 1.3: a connection stands with any certificate, and only the right one is good."""
    town = Town(tls=ServerTls(str(authority / "ca.pem"), str(authority / "server.pem"), str(authority / "server.key")))
    town.server.up()
    tls = presented(authority, name)
    (tmp_path / "terminal.toml").write_text(
        f'[terminal]\nid = "T1"\ntill_number = 1\njournal = "{tmp_path}/journal.db"\n'
        f'[center]\nurl = "{town.server.url}"\narea_code = "370600"\ntls_authority = "{tls.authority}"\n'
        f'tls_certificate = "{tls.certificate}"\ntls_key = "{tls.key}"\n'
        '[[providers]]\nid = "H37060200003"\nname = "示例"\n',
        encoding="utf-8",
    )
    report = diagnose(load(tmp_path / "terminal.toml"), "terminal.toml", town.clock, {})
    town.close()
    (center,) = [check for check in report.checks if "municipal center" in check.name]
    assert center.verdict == verdict
    assert ("tls_certificate" in center.detail) == ("tls_certificate" in center.remedy) == (verdict == "fault")


def test_a_spoilt_signature_is_not_taken_for_a_fault_of_the_line(authority: Path, sm2: tuple[str, str, Path]) -> None:
    """A file whose signature is none, or a key that is none, is met between two messages on one line over TLS: the
    center takes its time over the second, its answer is heard, and nobody has to doubt what was booked."""
    town = Town(tls=ServerTls(str(authority / "ca.pem"), str(authority / "server.pem"), str(authority / "server.key")))
    town.tls = presented(authority, "client")
    town.open()
    try:
        purchase = town.purchase()
        town.server.faults.inject("delay", infno="2102", milliseconds=200)
        assert not verify(sm2[1].encode(), b"a file", b"no signature")
        with pytest.raises(Broken, match="no SM2 key"):
            verify(b"no key", b"a file", b"no signature")
        outcome = town.send(purchase)
    finally:
        town.close()
    assert isinstance(outcome, Accepted), outcome
