"""Where the terminal listens: a Unix socket for its own group, TLS beyond loopback, and what it is called there."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import stat
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from daemon.process import TIMEOUT_SECONDS, TerminalProcess, new_bureau

from terminal.api.doors import tls_of, unix_door
from terminal.clock import SystemClock
from terminal.errors import Refused, Unavailable

from .test_refusals import assert_problem


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for `terminal.example` and 127.0.0.1 that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "terminal")])
    now = SystemClock().now()
    names = [x509.DNSName("terminal.example"), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "tls.pem", folder / "tls.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return pem, secret


API = 'host = "0.0.0.0"\ntls_certificate = "tls.pem"\ntls_key = "tls.key"\nsocket = "api.sock"'


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TerminalProcess]:
    """A terminal that listens on every address and on a Unix socket."""
    folder = tmp_path_factory.mktemp("secured")
    certificate(folder)
    with new_bureau(folder) as bureau, TerminalProcess(folder, bureau.url, api=API) as terminal:
        yield terminal


def test_beyond_loopback_it_speaks_tls_under_its_own_names(secured: TerminalProcess) -> None:
    """Every address, one certificate: its names are served, others are not, and plain HTTP is not answered."""
    port = int(secured.url.rstrip("/").rpartition(":")[2])
    assert secured.url == f"https://0.0.0.0:{port}/"
    base = f"https://127.0.0.1:{port}"
    trust = ssl.create_default_context(cafile=str(secured.folder / "tls.pem"))
    with httpx.Client(base_url=base, verify=trust, headers=secured.headers, trust_env=False) as client:
        assert client.get("/v1/queue").status_code == 200
        assert client.get("/v1/queue", headers={"Host": f"terminal.example:{port}"}).status_code == 200
        assert_problem(client.get("/v1/queue", headers={"Host": "other.example"}), 421, "Host")
        assert client.get("/livez", headers={"Origin": base}).status_code == 200
        assert_problem(client.get("/livez", headers={"Origin": f"http://127.0.0.1:{port}"}), 403, "Origin")
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS) as plain:
        plain.sendall(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert not plain.recv(100).startswith(b"HTTP")


def test_a_unix_socket_serves_the_terminals_group(secured: TerminalProcess) -> None:
    """Mode 0660, whatever the till calls the host; no page calls there; one on which somebody listens is left alone."""
    path = secured.folder / "api.sock"
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    way = httpx.HTTPTransport(uds=str(path))
    with httpx.Client(transport=way, base_url="http://terminal", headers=secured.headers) as client:
        assert client.get("/v1/queue").status_code == 200
        assert_problem(client.get("/v1/queue", headers={"Authorization": "none"}), 401)
        assert_problem(client.get("/livez", headers={"Origin": "http://terminal"}), 403, "Origin")
    with pytest.raises(Unavailable, match=r"api\.sock"):
        unix_door(path)


def test_a_dead_socket_is_replaced_and_goes_at_the_end(tmp_path: Path) -> None:
    """A power cut leaves one behind; the next start takes its place, and a clean end leaves none."""
    path = tmp_path / "api.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    door = unix_door(path)
    assert (door.url, path.exists()) == (f"unix:{path}", True)
    door.shut()
    assert not path.exists()


def test_a_file_that_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    """Nobody's file is removed for a typing error in the configuration."""
    path = tmp_path / "notes.txt"
    path.write_text("keep", encoding="utf-8")
    with pytest.raises(Unavailable):
        unix_door(path)
    assert path.read_text(encoding="utf-8") == "keep"
    with pytest.raises(Refused):
        tls_of(path, path)
