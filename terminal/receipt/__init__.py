"""Receipts and reports: one layout in blocks, from it text and ESC/POS. No device, no database, no clock."""
