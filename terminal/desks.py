"""The terminal's desks at the center: each with connections of its own, all of one configuration."""

from __future__ import annotations

import secrets
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from terminal.api.sight import CenterSight
from terminal.center.answers import Institution
from terminal.center.desk import CenterDesk
from terminal.center.exchange import SignIns
from terminal.center.link import HttpLink, Lane
from terminal.center.machine import machine_towards
from terminal.center.profile import Profile, load_profile
from terminal.center.seal import Secrets, load_secrets
from terminal.clock import Clock
from terminal.config import Config
from terminal.journal.journal import Journal


class Desks:
    """Desks at the one center: they share the operators' sign-ins and what was last seen of the center."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self._sign_ins: SignIns = {}
        self._tls = config.center.tls
        self.sight = CenterSight(clock)
        self.links: list[HttpLink] = []

    def new(self, journal: Journal, uploads: bool = True) -> CenterDesk:
        """A desk with connections of its own, for one thread. uploads: settlements go up here, several at a time where
        the province has nothing against it. Raises Refused for a fault of the configuration.
        """
        center = self._config.center
        profile = load_profile(center.profile)
        keys = load_secrets(Path(center.secrets)) if center.secrets else None
        link, *lanes = (self._link(profile, keys) for _ in range(1 + profile.in_flight_max * uploads))
        institution = Institution(center.area_code, self._config.provider_names, self._config.terminal.id)
        stamp, till_number = journal.next_message_stamp, self._config.terminal.till_number
        known = (institution, stamp, till_number, self._clock, profile, keys, journal, self._sign_ins)
        host = urlsplit(center.url).hostname or ""
        return CenterDesk(link, *known, lanes, partial(machine_towards, host))

    def _link(self, profile: Profile, keys: Secrets | None) -> Lane:
        center = self._config.center
        patience, nonce = center.reply_timeout_seconds, lambda: secrets.token_hex(8)
        link = HttpLink(center.url, self._clock, patience, profile, keys, self._tls, nonce)
        self.links.append(link)
        return self.sight.watch(link)
