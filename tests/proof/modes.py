"""What can go wrong, numbered, and what must hold then. The proof says for each of them what was tried and found."""

from __future__ import annotations

MODES: dict[int, tuple[str, str]] = {
    1: ("the power goes at any write", "what was told stays; each transaction is whole or not there"),
    2: ("the program is killed between any two effects", "nothing twice, nothing forgotten"),
    3: ("the disk is full", "no sale begins; voids, reversals and day end go on"),
    4: ("the disk fails while reading, writing or syncing", "no false success; nothing that was told is lost"),
    5: ("the disk lies about what it has synced", "a loss shows against a hash that was told before"),
    6: ("the journal's file is damaged", "never a wrong amount: it is refused, or the audit names the entry"),
    7: ("somebody who owns the disk changes the journal", "each change shows; a rollback against a hash told before"),
    8: ("the clock jumps, or stands wrong at the start", "no day twice, no order by clock, nothing lost"),
    9: ("midnight falls into a settlement, or the law changes then", "one day and one law for one settlement"),
    10: ("the year turns, the leap day comes", "each day has exactly one version of a law; years do not mix"),
    11: ("a policy pack is wrong", "it is refused with its place, or means the same"),
    12: ("the card is pulled out before, during or after its debit", "card, journal and center agree in the end"),
    13: ("the card answers wrongly, short, long or not at all", "the driver's own error, within its time"),
    14: ("the reader is unplugged, the card service dies", "the daemon goes on, and serves when it is back"),
    15: ("a code is forged, old, repeated or cut", "refused before anything happens"),
    16: ("the printer has no paper, is open, off, or stops midway", "the paper is owed, and a second one says so"),
    17: ("noise, silence or a stuck line to the printer", "bounded waits; unknown is not good and not empty"),
    18: ("the center books, and its answer is lost", "asked or reversed, never booked twice"),
    19: ("messages are lost, doubled, late or in another order", "each is booked once, or not at all"),
    20: ("the center is away for long", "limits, then refusal; the queue drains in order"),
    21: ("the center answers wrongly", "never taken as it comes: unknown, refused or shown as different"),
    22: ("a reversal meets a late success", "both sides agree in the end"),
    23: ("day end while something is open, or ended midway", "nothing in two days or in none; it can be gone on with"),
    24: ("totals agree and details do not", "the details are compared where it matters"),
    25: ("two daemons on one journal; a copy of it elsewhere", "one writer; the other says why and changes nothing"),
    26: ("two tills ask for the same at the same time", "one wins, the other hears the same or is told to wait"),
    27: ("hostile input to the local API", "a refusal with its place, bounded, without effect"),
    28: ("edges of the arithmetic", "to the fen as the independent model; never a wrapped number"),
    29: ("months without a restart", "memory and descriptors stay as they were"),
    30: (
        "an upgrade with work open, a migration cut in the middle",
        "old journals open, whole; newer ones are refused",
    ),
    31: ("a key or secret is missing, expired or wrong", "no settlement by it, and it is said why"),
    32: ("a careless cashier: double click, wrong void, wrong bill", "the first answer again, or a refusal"),
}
"""Number -> (what goes wrong, what must hold)."""
