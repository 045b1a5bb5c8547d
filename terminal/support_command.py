"""`terminal support`: one file for the engineer, with the terminal's state and nobody's data.

It runs beside the terminal, or without it, and changes nothing. Exit status 0 once the file is written.
"""

from __future__ import annotations

import http.client
import ssl
import sys
import zipfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from terminal.api.token import METRICS_PATH
from terminal.clock import Clock, SystemClock
from terminal.config import load
from terminal.config_sections import ApiSection
from terminal.errors import Refused
from terminal.examination import examined
from terminal.support_bundle import bundle_of

METRICS_TIMEOUT_SECONDS = 2.0


def support(config_path: Path, bundle: Path, log: str = "", clock: Clock | None = None) -> int:
    """Write the bundle and print what is in it. log: a file of the daemon's lines, "-" for standard input, or "".

    Raises Refused (configuration, a file that cannot be read or written); a file that is there is never overwritten.
    """
    config, clock = load(config_path), clock or SystemClock()
    try:
        with ExitStack() as stack:
            lines = _lines(log, stack)
            _, doctor = examined(config, config_path, clock)
            files = bundle_of(config, doctor, _metrics(config.api), lines, clock)
        with zipfile.ZipFile(bundle, "x", zipfile.ZIP_DEFLATED) as archive:
            for name, data in sorted(files.items()):
                archive.writestr(name, data)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        place = str(error.filename or bundle)
        raise Refused("no-bundle", f"cannot write the bundle: {reason}", f"无法写出支持包：{reason}", place) from None
    print(files["README.txt"].decode(), end="")
    print(f"\n{bundle}: {len(files)} files 个文件")
    return 0


def _lines(log: str, stack: ExitStack) -> Iterable[str]:
    if not log:
        return ()
    # A log may have been cut in the middle of a character.
    return sys.stdin if log == "-" else stack.enter_context(Path(log).open(encoding="utf-8", errors="replace"))


def _metrics(api: ApiSection) -> str:
    """What the running terminal answers; or one line that says why it does not."""
    connection = http.client.HTTPConnection(api.host, api.port, timeout=METRICS_TIMEOUT_SECONDS)
    if api.tls_certificate:
        context = ssl.create_default_context(cafile=api.tls_certificate)
        # It is asked by its address, and its certificate names it otherwise.
        context.check_hostname = False
        connection = http.client.HTTPSConnection(api.host, api.port, timeout=METRICS_TIMEOUT_SECONDS, context=context)
    try:
        connection.request("GET", METRICS_PATH)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        return text if answer.status == http.HTTPStatus.OK else f"# the terminal answered {answer.status}\n"
    except (OSError, http.client.HTTPException) as error:
        return f"# the terminal did not answer on {api.host}:{api.port}: {type(error).__name__}\n"
    finally:
        connection.close()
