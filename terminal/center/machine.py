"""The machine that signs in: the addresses under which the center's network sees this computer, read when they are
wanted, since a network may give another one at any time.

Promise: what cannot be read is "", never made up; nothing is sent to find out. Linux.
"""

from __future__ import annotations

import fcntl
import socket
import struct
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

SIOCGIFADDR = 0x8915
"""The ioctl that asks for an interface's IPv4 address, see netdevice(7)."""

ANY_PORT = 9
"""A datagram socket is only told whom it would send to; the port decides nothing."""


class Machine(Struct, frozen=True):
    """mac: of the network card on the way to the center, as 0A-1B-2C-3D-4E-5F; ip: its own address. "": not known."""

    mac: str = ""
    ip: str = ""


def machine_towards(host: str) -> Machine:
    """This machine as the way to `host` goes out now; empty where there is no way, no address, or a name unresolved."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, ANY_PORT, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as asking:
            asking.connect(address)
            own = str(asking.getsockname()[0])
    except OSError:
        return Machine()
    return Machine(_mac_of(own), own)


def _mac_of(own: str) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            with suppress(OSError):
                found = fcntl.ioctl(asking, SIOCGIFADDR, struct.pack("256s", name.encode()))
                if socket.inet_ntoa(found[20:24]) == own:
                    return Path(f"/sys/class/net/{name}/address").read_text("ascii").strip().upper().replace(":", "-")
    return ""
