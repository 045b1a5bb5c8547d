"""Our side of TLS to the center: the certificates, and how it shows that the center does not accept ours.

With TLS 1.3 a center looks at the terminal's certificate when the terminal is done with its own part of the handshake:
the refusal comes where the first answer is waited for, as an alert, as the bare end of the line, or, from some
gateways, as a page. The end of the line may have another reason, and is told as a guess.
"""

from __future__ import annotations

import ssl
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct

from terminal.center.wire import Closed
from terminal.errors import Refused

_ALERTS = (
    "CERTIFICATE_REQUIRED",
    "BAD_CERTIFICATE",
    "UNSUPPORTED_CERTIFICATE",
    "CERTIFICATE_REVOKED",
    "CERTIFICATE_EXPIRED",
    "CERTIFICATE_UNKNOWN",
    "UNKNOWN_CA",
    "ACCESS_DENIED",
)
"""RFC 8446, 6.2: what the other side says of a certificate, as OpenSSL ends its names of alerts."""

_MAYBE = "ALERT_HANDSHAKE_FAILURE"
"""What TLS 1.2 says of a certificate that is missing, and of much else."""

_ENDS = (ssl.SSLEOFError, ConnectionResetError, BrokenPipeError, Closed)

_PAGES = (b"No required SSL certificate was sent", b"The SSL certificate error")
"""What nginx answers, over HTTP, to whom it does not know."""


class Said(NamedTuple):
    """A reason in both languages."""

    en: str
    zh: str


class Tls(Struct, frozen=True, dict=True):
    """Paths of PEM files: who vouches for the center ("" for the machine's own), and our certificate with its key.

    They are read once, for all links that it is given to: the machine's own authorities alone take nearly a megabyte.
    """

    authority: str = ""
    certificate: str = ""
    key: str = ""

    @cached_property
    def context(self) -> ssl.SSLContext:
        """TLS 1.2 or newer, with the center's name checked. Raises Refused where a file cannot be used."""
        try:
            context = ssl.create_default_context(cafile=self.authority or None)
            if self.certificate:
                context.load_cert_chain(self.certificate, self.key or None)
        except (OSError, ssl.SSLError) as error:
            message = f"a certificate or key cannot be used ({type(error).__name__})"
            raise Refused("bad-configuration", message, "证书或密钥无法使用", "center.tls") from None
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def refusal(self, error: Exception) -> Said | None:
        """What a fault says of our certificate, on a line that has not given an answer yet; None: nothing."""
        alert = (error.reason or "") if isinstance(error, ssl.SSLError) else ""
        if "ALERT_" in alert and alert.endswith(_ALERTS):
            return self._not_accepted
        if alert.endswith(_MAYBE) or isinstance(error, _ENDS):
            said = self._not_accepted
            return Said(f"perhaps {said.en}", f"可能是{said.zh}")
        return None

    def refusal_on(self, page: bytes) -> Said | None:
        """The same of what came instead of an answer."""
        return self._not_accepted if page[:1] == b"<" and any(words in page for words in _PAGES) else None

    @property
    def _not_accepted(self) -> Said:
        if not self.certificate:
            return Said(
                "the center wants a client certificate and none is configured: give [center] tls_certificate, tls_key",
                "中心要求客户端证书，而本终端未配置：请填写 [center] tls_certificate 和 tls_key",
            )
        return Said(
            "the center does not accept this terminal's client certificate: check that [center] tls_certificate is the "
            "one that the center issued, and has not expired",
            "中心不接受本终端的客户端证书：请检查 [center] tls_certificate 是否由中心签发、是否已过期",
        )
