"""Where the API listens: a TCP port, plain on loopback and with TLS anywhere, and a Unix socket beside it."""

from __future__ import annotations

import os
import socket
import ssl
import stat
from dataclasses import dataclass
from pathlib import Path

from starlette.types import Scope

from terminal.errors import Refused, Unavailable

SOCKET_MODE = 0o660
"""The terminal's user and its group; everybody else is kept out by the file system."""


@dataclass(frozen=True, slots=True)
class Door:
    """One listening socket. tls: None where it is plain. host: the path of a Unix socket, whose port is 0."""

    listening: socket.socket
    tls: ssl.SSLContext | None
    host: str
    port: int

    @property
    def url(self) -> str:
        """What a client calls it."""
        if not self.port:
            return f"unix:{self.host}"
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{shown}:{self.port}/"

    def shut(self) -> None:
        """Stop listening; a Unix socket's file goes with it."""
        self.listening.close()
        if not self.port:
            Path(self.host).unlink(missing_ok=True)


def tcp_door(host: str, port: int, tls: ssl.SSLContext | None) -> Door:
    """A listening port. Raises Unavailable `port-in-use`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
        # Connections inherit it; else head and body of an answer wait 40 ms for each other's acknowledgement.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        raise Unavailable(
            "port-in-use",
            f"cannot listen on {host} port {port}: {error.strerror}",
            f"无法监听 {host} 端口 {port}",
            "api.port",
        ) from None
    return Door(listening, tls, host, listening.getsockname()[1])


def unix_door(path: Path) -> Door:
    """A Unix socket for the terminal's user and group. Raises Unavailable `socket-in-use`.

    A socket that an earlier end left behind is replaced; one on which somebody listens is not.
    """
    listening = socket.socket(socket.AF_UNIX)
    try:
        _remove_dead(path)
        before = os.umask(0o777 & ~SOCKET_MODE)
        try:
            listening.bind(str(path))
        finally:
            os.umask(before)
        listening.listen()
    except OSError as error:
        listening.close()
        why = error.strerror or str(error)
        raise Unavailable(
            "socket-in-use", f"cannot listen on {path}: {why}", f"无法监听 {path}：{why}", "api.socket"
        ) from None
    return Door(listening, None, str(path), 0)


def is_unix(scope: Scope) -> bool:
    """Whether a request came over the Unix socket."""
    return scope["server"] is not None and scope["server"][1] is None


def tls_of(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 or newer with this certificate. Raises Refused `bad-certificate`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # A key with a password would be asked for on the terminal's console, where nobody sits.
        context.load_cert_chain(certificate, key, password=lambda: "")
    except (OSError, ssl.SSLError) as error:
        why = error.strerror or type(error).__name__
        raise Refused(
            "bad-certificate",
            f"certificate and key cannot be used ({why}); they are PEM files that belong together, without a password",
            f"证书或私钥不可用：{why}",
            "api.tls_certificate",
        ) from None
    return context


def names_in(certificate: Path) -> frozenset[str]:
    """The names and addresses that a certificate stands for, as a Host header writes them."""
    from cryptography import x509

    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return frozenset()
    hosts = names.get_values_for_type(x509.DNSName)
    addresses = [str(address) for address in names.get_values_for_type(x509.IPAddress)]
    return frozenset(host.lower() for host in hosts) | {f"[{one}]" if ":" in one else one for one in addresses}


def _remove_dead(path: Path) -> None:
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            return
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX) as knocking:
        try:
            knocking.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
