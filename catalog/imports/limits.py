"""How large a table of listings may be. Figures only."""

from __future__ import annotations

from typing import Final

MAXIMUM_ROWS: Final = 50_000
MAXIMUM_COLUMNS: Final = 250
LINE_LENGTH: Final = 1_000_000
FILE_BYTES: Final = 25 * 1024 * 1024
