"""The tables of the center's books, in words that both kinds of storage are given (`storage.Words`)."""

from __future__ import annotations

TABLES = (
    """CREATE TABLE IF NOT EXISTS persons (
        person_number TEXT PRIMARY KEY, card_number TEXT NOT NULL UNIQUE, id_number TEXT NOT NULL UNIQUE,
        credential TEXT NOT NULL, body {body} NOT NULL){end}""",
    """CREATE TABLE IF NOT EXISTS sign_ins (
        sign_number TEXT PRIMARY KEY, operator TEXT NOT NULL, day TEXT NOT NULL, open {whole} NOT NULL){end}""",
    """CREATE TABLE IF NOT EXISTS messages (
        provider_id TEXT NOT NULL, message_id TEXT NOT NULL, digest TEXT NOT NULL, answer {body} NOT NULL,
        reversed {whole} NOT NULL DEFAULT 0, PRIMARY KEY (provider_id, message_id)){end}""",
    """CREATE TABLE IF NOT EXISTS settlements (
        number {number}, settlement_id TEXT NOT NULL UNIQUE, message_id TEXT NOT NULL,
        provider_id TEXT NOT NULL, insurance_type TEXT NOT NULL, clearing_type TEXT NOT NULL, agency TEXT NOT NULL,
        business_day TEXT NOT NULL, state TEXT NOT NULL, body {body} NOT NULL){end}""",
    """CREATE INDEX IF NOT EXISTS settlements_by_message ON settlements (provider_id, message_id)""",
    """CREATE INDEX IF NOT EXISTS settlements_by_day ON settlements (provider_id, business_day)""",
    """CREATE TABLE IF NOT EXISTS files (number {number}, name TEXT NOT NULL, body {body} NOT NULL){end}""",
    """CREATE TABLE IF NOT EXISTS closed_days (
        provider_id TEXT NOT NULL, day TEXT NOT NULL, PRIMARY KEY (provider_id, day)){end}""",
    """CREATE TABLE IF NOT EXISTS arrivals (
        number {number}, at TEXT NOT NULL, infno TEXT NOT NULL, message_id TEXT NOT NULL, provider_id TEXT NOT NULL,
        operator TEXT NOT NULL, person_number TEXT NOT NULL, verdict TEXT NOT NULL, said TEXT NOT NULL,
        fault TEXT NOT NULL, total {whole}, fund_total {whole}, account {whole}, cash {whole}){end}""",
    """CREATE TABLE IF NOT EXISTS account_entries (
        number {number}, person_number TEXT NOT NULL, at TEXT NOT NULL, kind TEXT NOT NULL, period TEXT NOT NULL,
        amount {whole} NOT NULL, balance {whole} NOT NULL, cite TEXT NOT NULL){end}""",
    """CREATE INDEX IF NOT EXISTS entries_by_person ON account_entries (person_number)""",
    """CREATE TABLE IF NOT EXISTS purse_debits (
        settlement_id TEXT PRIMARY KEY, purse TEXT NOT NULL, counter {whole} NOT NULL, terminal_number TEXT NOT NULL,
        terminal_counter {whole} NOT NULL, amount {whole} NOT NULL){end}""",
    """CREATE INDEX IF NOT EXISTS purse_debits_by_purse ON purse_debits (purse, counter)""",
    """CREATE TABLE IF NOT EXISTS visits (
        visit_id TEXT PRIMARY KEY, provider_id TEXT NOT NULL, person_number TEXT NOT NULL, own_number TEXT NOT NULL,
        medical_set TEXT NOT NULL, state TEXT NOT NULL){end}""",
    """CREATE TABLE IF NOT EXISTS visit_lines (
        visit_id TEXT NOT NULL, name TEXT NOT NULL, place {whole} NOT NULL, settled {whole} NOT NULL,
        body {body} NOT NULL, PRIMARY KEY (visit_id, name)){end}""",
    """CREATE TABLE IF NOT EXISTS used_codes (digest TEXT PRIMARY KEY, used_at TEXT NOT NULL){end}""",
    """CREATE TABLE IF NOT EXISTS stock (
        provider_id TEXT NOT NULL, serial TEXT NOT NULL, kind TEXT NOT NULL, body {body} NOT NULL,
        PRIMARY KEY (provider_id, serial)){end}""",
    """CREATE TABLE IF NOT EXISTS stock_packs (code TEXT PRIMARY KEY, serial TEXT NOT NULL){end}""",
    """CREATE TABLE IF NOT EXISTS numbers (name TEXT PRIMARY KEY, used {whole} NOT NULL){end}""",
)
"""Each statement does nothing where its table is there."""
