"""Drivers of card readers, scanners and receipt printers. They know devices, nothing of insurance money."""
