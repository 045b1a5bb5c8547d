"""The way to the municipal center: envelope, link, the desk with one call a transaction, upload, reconciliation."""
