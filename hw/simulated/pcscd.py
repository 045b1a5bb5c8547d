"""The real PC/SC service with two virtual readers, for tests, training and the demonstration. Linux only.

Promises: a service that somebody else started is used but never stopped; the own one ends with the context.
A machine runs one card service, so two of these at the same time share the first.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from pathlib import Path
from types import TracebackType

from hw.pcsc import list_readers, wait_for_card
from hw.ports import DeviceError
from hw.simulated.card_system import CardSystem
from hw.simulated.vpcd import PORT_FIRST_SLOT, VpcdSlot

READER_NAME = "Virtual PCD 00 00"
SECOND_READER_NAME = "Virtual PCD 00 01"
DRIVER_PATH = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
SERVICE_FOLDER = Path("/run/pcscd")

START_TIMEOUT_SECONDS = 10.0
STOP_TIMEOUT_SECONDS = 5.0
CARD_TIMEOUT_SECONDS = 5.0
_POLL_SECONDS = 0.05
_STARTS_MAX = 2

_LISTENING = "0A"


def available() -> str | None:
    """Why no virtual reader can be had here; None when it can (or when one already runs)."""
    if _service_answers():
        return None if _reader_is_listed() else "another card service runs here, without a virtual reader"
    if _program() is None:
        return "pcscd is not installed (Debian: pcscd)"
    if not DRIVER_PATH.exists():
        return f"the driver {DRIVER_PATH} is missing (Debian: vsmartcard-vpcd)"
    if os.geteuid() != 0:
        return "only root can start the card service"
    return None


class VirtualPcscd:
    """The running service with its virtual readers, and their slots.

    port: of the first slot; the next one is the second reader's, for a PSAM. `borrowed` says that the service was found
    running, and so is not stopped.
    """

    def __init__(self, port: int = PORT_FIRST_SLOT) -> None:
        self.reader_name = READER_NAME
        self.borrowed = False
        self._port = port
        self._slots = {READER_NAME: VpcdSlot(port=port), SECOND_READER_NAME: VpcdSlot(port=port + 1)}
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> VirtualPcscd:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for slot in self._slots.values():
            slot.remove()
        self.stop()

    def start(self) -> None:
        """Start the service and wait until its reader can take a card. Raises RuntimeError."""
        if (reason := available()) is not None:
            raise RuntimeError(reason)
        if _service_answers():
            self.borrowed = True
            return
        for _ in range(_STARTS_MAX):
            # The service has been seen to come up without its listener; a second start cures it.
            self._launch()
            if self._wait_until_ready():
                return
            report = self._report()
            self.stop()
        raise RuntimeError(f"the card service did not come up: {report}")

    def stop(self) -> None:
        """End the own service; a borrowed one stays."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._forget()

    def kill(self) -> None:
        """End the own service as a crash would. Raises RuntimeError for a borrowed one."""
        if self._process is None:
            raise RuntimeError("the card service is not ours to kill")
        # Forgotten first: whoever sees it die may start the next one before this call has returned.
        process, folder = self._process, self._folder
        self._process = self._folder = None
        process.kill()
        process.wait()
        if folder is not None:
            folder.cleanup()

    def insert(self, card: CardSystem, reader_name: str = READER_NAME) -> None:
        """Put the card in and wait until the service has seen it. Raises TimeoutError, OSError."""
        self.remove(reader_name)
        self._slots[reader_name].insert(card)
        wait_for_card(reader_name, present=True, timeout_seconds=CARD_TIMEOUT_SECONDS)

    def remove(self, reader_name: str = READER_NAME) -> None:
        """Pull the card out and wait until the service has seen it. Raises TimeoutError."""
        self._slots[reader_name].remove()
        wait_for_card(reader_name, present=False, timeout_seconds=CARD_TIMEOUT_SECONDS)

    def _launch(self) -> None:
        _clear_remains()
        self._folder = tempfile.TemporaryDirectory(prefix="virtual-pcscd-")
        folder = Path(self._folder.name)
        (folder / "reader.conf").write_text(
            f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:{self._port:#X}\n'
            f"LIBPATH {DRIVER_PATH}\nCHANNELID {self._port:#X}\n".replace("0X", "0x"),
            encoding="ascii",
        )
        with (folder / "pcscd.log").open("wb") as log:
            self._process = subprocess.Popen(
                [str(_program()), "--foreground", "--config", str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _wait_until_ready(self) -> bool:
        pause = threading.Event()
        for _ in range(int(START_TIMEOUT_SECONDS / _POLL_SECONDS)):
            if self._process is None or self._process.poll() is not None:
                return False
            if _is_listening(self._port) and _reader_is_listed():
                return True
            pause.wait(_POLL_SECONDS)
        return False

    def _report(self) -> str:
        assert self._folder is not None
        log = Path(self._folder.name, "pcscd.log").read_text(encoding="utf-8", errors="replace")
        return log[-500:] or "it said nothing"

    def _forget(self) -> None:
        self._process = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def _program() -> str | None:
    return shutil.which("pcscd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def _service_answers() -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(str(SERVICE_FOLDER / "pcscd.comm")) == 0


def _reader_is_listed() -> bool:
    try:
        return READER_NAME in list_readers()
    except DeviceError:
        return False


def _is_listening(port: int) -> bool:
    """Read from the kernel's table: trying to connect would already be an insertion."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    return any(row[1].endswith(f":{port:04X}") and row[3] == _LISTENING for row in rows)


def _clear_remains() -> None:
    """Remove a killed service's number when another program has it by now: the next service would take that
    one for a running service and give up."""
    number_file = SERVICE_FOLDER / "pcscd.pid"
    if not number_file.exists():
        return
    name_file = Path("/proc", number_file.read_text(encoding="ascii").strip(), "comm")
    if name_file.exists() and name_file.read_text(encoding="utf-8").strip() != "pcscd":
        number_file.unlink()
