"""Small exports, shared with the tests of the intake."""

from __future__ import annotations

from export_files import busy_table, log, real_export, table, write

__all__ = ["busy_table", "log", "real_export", "table", "write"]
