"""The journal: one SQLite store with one writer. What stands in it has happened; what does not, has not."""
