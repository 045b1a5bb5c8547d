"""Every bound of the terminal, with its unit in its name, and the relations that must hold between them."""

from __future__ import annotations

AMOUNT_FEN_MAX = 10_000_000_000
"""Largest single amount and largest bill: 100,000,000.00 yuan (settlement.md section 2)."""

BILL_ITEMS_MAX = 10_000
"""Items on one bill (settlement.md section 2)."""

BILL_BYTES_MAX = 8_388_608
"""A bill's JSON; 10,000 items of about 800 bytes fit."""

TEXT_CHARACTERS_MAX = 200
"""One free text of a bill (name, code, reference)."""

RATE_BASIS_POINTS_ONE = 10_000
"""100% in basis points."""

UNIT_PRICE_PLACES = 6
QUANTITY_PLACES = 4
AMOUNT_PLACES = 2
RATE_PLACES = 4

DAYS_MAX = 36_600
"""Days of one stay, settled or to settle."""

COUNT_MAX = 10_000
"""Admissions, quiet years, extra births, ages: any small count of a bill."""

QUOTE_LIFE_SECONDS = 600
"""A quote lapses after this; a lapsed quote is quoted again."""

CARD_LEASE_SECONDS = 600
"""A card that was read belongs to one basket for this long after its last use."""

CODE_LIFE_SECONDS = 3_600
"""How long an e-credential's code lives at the longest, where the configuration says nothing else."""

CODE_LIFE_SECONDS_MAX = 86_400

QUOTES_OPEN_MAX = 1_000
"""Quotes held in memory; the oldest goes first."""

KEY_CHARACTERS_MAX = 128
"""`Idempotency-Key` and the till's own reference."""

CENTER_REPLY_BYTES_MAX = 4_194_304
CENTER_REPLY_TIMEOUT_SECONDS = 10

LATE_SECONDS_MAX = 120
"""A message whose sender has given it up may be in the network for so much longer."""

CLOCK_OFF_SECONDS_MAX = 1_800
"""How far the clock may be from the center's: half an hour, the window of the provinces' gateways (interface 1.7)."""

CLOCK_OFF_SECONDS_WARNED = 300
"""From here on the clock is to be set: receipts and the ends of days carry its time."""

RETRY_PAUSE_SECONDS_MIN = 1
RETRY_PAUSE_SECONDS_MAX = 300

# int64 must hold fen x 10^8: the exact sums of the core are kept in hundred-millionths of a fen.
assert AMOUNT_FEN_MAX * RATE_BASIS_POINTS_ONE * RATE_BASIS_POINTS_ONE < 2**63
assert BILL_BYTES_MAX > BILL_ITEMS_MAX * TEXT_CHARACTERS_MAX
assert CLOCK_OFF_SECONDS_WARNED < CLOCK_OFF_SECONDS_MAX
# Whoever can still settle a quote still has its card.
assert CARD_LEASE_SECONDS >= QUOTE_LIFE_SECONDS
assert CODE_LIFE_SECONDS <= CODE_LIFE_SECONDS_MAX
assert RETRY_PAUSE_SECONDS_MIN < RETRY_PAUSE_SECONDS_MAX
