"""What a review may be and for how long it can be changed. Pure data, for operations, queries and forms."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

# A review by its buyer, and an answer by its supplier, from when each was first written.
EDITABLE_FOR: Final = timedelta(days=14)
TEXT_LENGTH: Final = 4000
MAXIMUM_PICTURES: Final = 4
# Of one company within 24 hours: more is not read but a storm.
REPORTS_A_DAY: Final = 20
