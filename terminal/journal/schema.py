"""The tables of the journal, as migrations: each runs in one transaction and is recorded there.

The law of a step: a step that has left the house is never edited; what must change becomes a new step. Rows
of `entries` are only appended, and the facts of a settlement are written once: triggers refuse all else.
"""

from __future__ import annotations

from collections.abc import Mapping

_BOOKS = (
    "CREATE TABLE store (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE counters (name TEXT PRIMARY KEY, reserved INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE entries (
        number INTEGER PRIMARY KEY CHECK (number > 0),
        hash TEXT NOT NULL CHECK (length(hash) = 64),
        body BLOB NOT NULL
    ) STRICT""",
    """CREATE TABLE settlements (
        entry INTEGER PRIMARY KEY REFERENCES entries (number),
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL CHECK (kind IN ('settlement', 'void')),
        business_day TEXT NOT NULL,
        provider_id TEXT NOT NULL,
        scheme TEXT NOT NULL CHECK (scheme IN ('employee', 'resident')),
        clearing_class TEXT NOT NULL CHECK (clearing_class IN ('inpatient', 'outpatient', 'pharmacy')),
        person_number TEXT NOT NULL,
        till_reference TEXT NOT NULL,
        voids TEXT REFERENCES settlements (id),
        total INTEGER NOT NULL,
        fund_total INTEGER NOT NULL,
        provider_borne INTEGER NOT NULL,
        account INTEGER NOT NULL,
        cash INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN
            ('prepared', 'debiting', 'authorising', 'committed', 'abandoned', 'voided')),
        voided_by TEXT REFERENCES settlements (id),
        CHECK (total = fund_total + provider_borne + account + cash)
    ) STRICT""",
    "CREATE UNIQUE INDEX settlements_voids ON settlements (voids) WHERE voids IS NOT NULL",
    "CREATE INDEX settlements_day ON settlements (business_day)",
    "CREATE INDEX settlements_reference ON settlements (till_reference) WHERE till_reference <> ''",
    """CREATE TABLE keys (
        key TEXT PRIMARY KEY,
        request_digest TEXT NOT NULL,
        entry INTEGER NOT NULL UNIQUE REFERENCES entries (number),
        answer BLOB NOT NULL
    ) STRICT""",
    """CREATE TABLE days (
        day TEXT PRIMARY KEY,
        state TEXT NOT NULL CHECK (state IN ('frozen', 'sealed')),
        report BLOB
    ) STRICT, WITHOUT ROWID""",
)

_QUEUES = (
    """CREATE TABLE outbox (
        number INTEGER PRIMARY KEY,
        message_id TEXT NOT NULL UNIQUE,
        transaction_name TEXT NOT NULL CHECK (transaction_name IN ('reverse', 'settle', 'void')),
        settlement_id TEXT NOT NULL REFERENCES settlements (id),
        person_number TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN
            ('queued', 'sent', 'accepted', 'refused', 'unknown', 'parked')),
        attempts INTEGER NOT NULL DEFAULT 0,
        in_doubt INTEGER NOT NULL DEFAULT 0,
        first_queued_at TEXT NOT NULL,
        next_attempt_at TEXT NOT NULL,
        reason TEXT NOT NULL DEFAULT '',
        request BLOB,
        answer BLOB,
        center_references TEXT NOT NULL DEFAULT '{}',
        last_word INTEGER REFERENCES entries (number)
    ) STRICT""",
    "CREATE INDEX outbox_settlement ON outbox (settlement_id)",
    "CREATE INDEX outbox_person ON outbox (person_number, state)",
    "CREATE INDEX outbox_state ON outbox (state)",
    """CREATE TABLE print_jobs (
        id INTEGER PRIMARY KEY,
        document TEXT NOT NULL,
        subject TEXT NOT NULL,
        copy INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('queued', 'printing', 'printed')),
        repeat INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        queued_at TEXT NOT NULL,
        next_attempt_at TEXT NOT NULL,
        why TEXT NOT NULL DEFAULT '',
        UNIQUE (document, subject, copy)
    ) STRICT""",
    "CREATE INDEX print_jobs_waiting ON print_jobs (state) WHERE state <> 'printed'",
)

_GUARDS = (
    """CREATE TRIGGER entries_are_not_changed BEFORE UPDATE ON entries
        BEGIN SELECT RAISE(ABORT, 'journal entries are only appended'); END""",
    """CREATE TRIGGER entries_are_not_deleted BEFORE DELETE ON entries
        BEGIN SELECT RAISE(ABORT, 'journal entries are only appended'); END""",
    """CREATE TRIGGER settlements_are_not_deleted BEFORE DELETE ON settlements
        BEGIN SELECT RAISE(ABORT, 'settlements are never deleted'); END""",
    """CREATE TRIGGER settlement_facts_are_not_changed BEFORE UPDATE OF
        entry, id, kind, business_day, provider_id, scheme, clearing_class, person_number, till_reference,
        voids, total, fund_total, provider_borne, account, cash ON settlements
        BEGIN SELECT RAISE(ABORT, 'the facts of a settlement are written once'); END""",
)

_AUTHORISING = (
    "ALTER TABLE outbox ADD COLUMN sent_as TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE outbox ADD COLUMN undoes TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE outbox ADD COLUMN undoes_transaction TEXT NOT NULL DEFAULT ''",
    "CREATE UNIQUE INDEX outbox_sent_as ON outbox (sent_as) WHERE sent_as <> ''",
    "CREATE UNIQUE INDEX outbox_undoes ON outbox (undoes) WHERE undoes <> ''",
    "DROP INDEX settlements_voids",
    "CREATE UNIQUE INDEX settlements_voids ON settlements (voids) WHERE voids IS NOT NULL AND state <> 'abandoned'",
    "CREATE INDEX settlements_state ON settlements (state) WHERE state NOT IN ('committed', 'voided')",
    """CREATE TABLE intents (
        settlement_id TEXT PRIMARY KEY REFERENCES settlements (id),
        message_id TEXT NOT NULL UNIQUE,
        request BLOB NOT NULL,
        closed_by INTEGER UNIQUE REFERENCES entries (number),
        reason TEXT NOT NULL DEFAULT ''
    ) STRICT""",
    """CREATE TABLE center_amounts (
        settlement_id TEXT PRIMARY KEY REFERENCES settlements (id),
        entry INTEGER NOT NULL REFERENCES entries (number),
        total INTEGER NOT NULL,
        fund_total INTEGER NOT NULL,
        provider_borne INTEGER NOT NULL,
        account INTEGER NOT NULL,
        cash INTEGER NOT NULL,
        adopted_by INTEGER REFERENCES entries (number)
    ) STRICT""",
)

_DAY_RUNS = (
    """CREATE TABLE day_runs (
        day TEXT NOT NULL REFERENCES days (day),
        run INTEGER NOT NULL CHECK (run > 0),
        entry INTEGER NOT NULL UNIQUE REFERENCES entries (number),
        report BLOB NOT NULL,
        PRIMARY KEY (day, run)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE repairs (
        number INTEGER PRIMARY KEY,
        day TEXT NOT NULL,
        difference TEXT NOT NULL,
        action TEXT NOT NULL,
        operator TEXT NOT NULL,
        entry INTEGER NOT NULL UNIQUE REFERENCES entries (number)
    ) STRICT""",
)

_KNOWN = (
    """CREATE TABLE last_answers (
        credential TEXT PRIMARY KEY,
        person_number TEXT NOT NULL,
        asked_at TEXT NOT NULL,
        journal_seen INTEGER NOT NULL,
        body BLOB NOT NULL
    ) STRICT, WITHOUT ROWID""",
)

_TILLS = (
    """CREATE TABLE tills (
        added_by INTEGER PRIMARY KEY REFERENCES entries (number),
        name TEXT NOT NULL,
        token_digest TEXT NOT NULL,
        removed_by INTEGER UNIQUE REFERENCES entries (number)
    ) STRICT""",
    "CREATE UNIQUE INDEX tills_name ON tills (name) WHERE removed_by IS NULL",
)

_DEBITS = (
    """CREATE TABLE debits (
        settlement_id TEXT PRIMARY KEY REFERENCES settlements (id),
        purse TEXT NOT NULL,
        amount INTEGER NOT NULL CHECK (amount > 0),
        key TEXT NOT NULL,
        message_id TEXT NOT NULL UNIQUE,
        trouble TEXT NOT NULL DEFAULT '',
        tac TEXT NOT NULL DEFAULT '',
        mac2 TEXT NOT NULL DEFAULT '',
        mac2_verified INTEGER NOT NULL DEFAULT 0,
        closed_by INTEGER UNIQUE REFERENCES entries (number)
    ) STRICT""",
    "CREATE INDEX debits_of_purse ON debits (purse)",
    "CREATE UNIQUE INDEX debits_open_purse ON debits (purse) WHERE closed_by IS NULL",
    "CREATE UNIQUE INDEX debits_open_key ON debits (key) WHERE closed_by IS NULL",
)

_PUBLISHED = (
    """CREATE TABLE publications (
        entry INTEGER PRIMARY KEY REFERENCES entries (number),
        kind TEXT NOT NULL CHECK (kind IN ('pack', 'supplement', 'catalogue', 'parameters', 'blacklist')),
        name TEXT NOT NULL,
        version INTEGER NOT NULL CHECK (version > 0),
        head BLOB NOT NULL,
        signature TEXT NOT NULL,
        body BLOB NOT NULL,
        UNIQUE (kind, name, version)
    ) STRICT""",
    """CREATE TABLE publication_troubles (
        label TEXT PRIMARY KEY,
        entry INTEGER NOT NULL REFERENCES entries (number),
        at TEXT NOT NULL,
        what TEXT NOT NULL,
        reason TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE TABLE publications_current (label TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TRIGGER publications_are_not_changed BEFORE UPDATE ON publications
        BEGIN SELECT RAISE(ABORT, 'what was published is only added to'); END""",
    """CREATE TRIGGER publications_are_not_deleted BEFORE DELETE ON publications
        BEGIN SELECT RAISE(ABORT, 'what was published is only added to'); END""",
)

_LAW_FILES = (
    """CREATE TABLE law_files (
        digest TEXT PRIMARY KEY CHECK (length(digest) = 64),
        kind TEXT NOT NULL CHECK (kind IN ('pack', 'supplement')),
        body BLOB NOT NULL,
        entry INTEGER NOT NULL UNIQUE REFERENCES entries (number)
    ) STRICT, WITHOUT ROWID""",
)

_VISITS = (
    """CREATE TABLE visits (
        settlement_id TEXT PRIMARY KEY,
        number TEXT NOT NULL,
        step TEXT NOT NULL CHECK (step IN ('registered', 'billed', 'ready'))
    ) STRICT, WITHOUT ROWID""",
)

_WAITING = (
    "CREATE INDEX outbox_waiting ON outbox (number) WHERE state IN ('queued', 'unknown', 'sent')",
    "CREATE INDEX outbox_reversals ON outbox (number)"
    " WHERE transaction_name = 'reverse' AND state IN ('queued', 'unknown', 'sent')",
)

_OPEN_MESSAGES = (
    "DROP INDEX outbox_person",
    "DROP INDEX outbox_waiting",
    "DROP INDEX outbox_reversals",
    "CREATE INDEX outbox_person ON outbox (person_number)",
    "CREATE INDEX outbox_open ON outbox (person_number) WHERE last_word IS NULL",
    "CREATE INDEX outbox_waiting ON outbox (number) WHERE last_word IS NULL",
    "CREATE INDEX outbox_reversals ON outbox (number) WHERE transaction_name = 'reverse' AND last_word IS NULL",
)
"""What the center has not answered is found by its missing last word, which is written once; by its state, each index
was written again whenever a message was sent, or was to be sent again."""

_STOCK = (
    """CREATE TABLE stock_moves (
        number INTEGER PRIMARY KEY,
        message_id TEXT NOT NULL UNIQUE,
        settlement_id TEXT NOT NULL REFERENCES settlements (id),
        line INTEGER NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('sale', 'return')),
        body BLOB NOT NULL,
        state TEXT NOT NULL CHECK (state IN
            ('queued', 'sent', 'accepted', 'refused', 'unknown', 'parked', 'withdrawn')),
        attempts INTEGER NOT NULL DEFAULT 0,
        next_attempt_at TEXT NOT NULL,
        reason TEXT NOT NULL DEFAULT '',
        request BLOB NOT NULL DEFAULT x'',
        answer BLOB NOT NULL DEFAULT x'',
        UNIQUE (settlement_id, line, kind)
    ) STRICT""",
    "CREATE INDEX stock_moves_waiting ON stock_moves (state, next_attempt_at)",
)

_REFUNDS = (
    """CREATE TABLE refunds (
        entry INTEGER PRIMARY KEY REFERENCES entries (number),
        original TEXT NOT NULL REFERENCES settlements (id),
        key TEXT NOT NULL,
        void_key TEXT NOT NULL,
        request_digest TEXT NOT NULL,
        given_up_by INTEGER UNIQUE REFERENCES entries (number)
    ) STRICT""",
    "CREATE UNIQUE INDEX refunds_original ON refunds (original) WHERE given_up_by IS NULL",
    "CREATE UNIQUE INDEX refunds_key ON refunds (key) WHERE given_up_by IS NULL",
)

_VISITS_GIVEN_UP = ("ALTER TABLE visits ADD COLUMN given_up INTEGER NOT NULL DEFAULT 0",)

_VISITS_DOUBTED = ("ALTER TABLE visits ADD COLUMN doubted INTEGER NOT NULL DEFAULT 0",)

_REPAIRS_REFUSED = ("ALTER TABLE repairs ADD COLUMN refused TEXT NOT NULL DEFAULT ''",)

_TROUBLES_IN_CHINESE = ("ALTER TABLE publication_troubles ADD COLUMN reason_zh TEXT NOT NULL DEFAULT ''",)

_REPAIRS_BEGUN = ("ALTER TABLE repairs ADD COLUMN message_id TEXT NOT NULL DEFAULT ''",)

_CENTER_NUMBERS = (
    "ALTER TABLE outbox ADD COLUMN center_number TEXT NOT NULL DEFAULT ''",
    "UPDATE outbox SET center_number = (SELECT iif(key = 'found', '', value) FROM json_each(center_references)"
    " ORDER BY id LIMIT 1) WHERE center_references <> '{}'",
    "CREATE INDEX outbox_center_number ON outbox (center_number) WHERE center_number <> ''",
)
"""The number by which the center knows what it has taken in: the first of its references (`center_numbers.py`)."""

_CLOCK_MISTAKES = (
    """CREATE TABLE clock_mistakes (
        day TEXT PRIMARY KEY,
        entry INTEGER NOT NULL UNIQUE REFERENCES entries (number)
    ) STRICT, WITHOUT ROWID""",
)

_VISITS_LEFT = (
    "ALTER TABLE visits ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE visits ADD COLUMN next_attempt_at TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE visits ADD COLUMN reason TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE visits ADD COLUMN stuck INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE visits ADD COLUMN record BLOB",
    "CREATE INDEX visits_left ON visits (next_attempt_at) WHERE given_up = 1",
)

STEPS: Mapping[str, tuple[str, ...]] = {
    "0001_first_tables": _BOOKS + _QUEUES + _GUARDS,
    "0002_authorising": _AUTHORISING,
    "0003_day_runs": _DAY_RUNS,
    "0004_known": _KNOWN,
    "0005_tills": _TILLS,
    "0006_debits": _DEBITS,
    "0007_published": _PUBLISHED,
    "0008_law_files": _LAW_FILES,
    "0009_visits": _VISITS,
    "0010_waiting": _WAITING,
    "0011_stock": _STOCK,
    "0012_refunds": _REFUNDS,
    "0013_visits_given_up": _VISITS_GIVEN_UP,
    "0014_visits_doubted": _VISITS_DOUBTED,
    "0015_repairs_refused": _REPAIRS_REFUSED,
    "0016_troubles_in_chinese": _TROUBLES_IN_CHINESE,
    "0017_open_messages": _OPEN_MESSAGES,
    "0018_repairs_begun": _REPAIRS_BEGUN,
    "0019_center_numbers": _CENTER_NUMBERS,
    "0020_clock_mistakes": _CLOCK_MISTAKES,
    "0021_visits_left": _VISITS_LEFT,
}
"""Name of each migration and its statements, in order."""
