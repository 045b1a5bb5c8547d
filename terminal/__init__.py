"""The settlement terminal: from the card to the bureau. ARCHITECTURE.md shows the floors."""

__version__ = "0.1.0"
