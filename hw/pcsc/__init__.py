"""Card readers behind PC/SC (pcscd), through pyscard's plain layer: a reader, its slot, and a watcher."""

from hw.pcsc.reader import PcscReader
from hw.pcsc.service import list_readers, wait_for_card
from hw.pcsc.watcher import ReaderWatcher

__all__ = ["PcscReader", "ReaderWatcher", "list_readers", "wait_for_card"]
