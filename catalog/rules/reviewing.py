"""What a review may be, for how long it can be changed, and who may appeal against what was decided about it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from catalog.states import ReviewStep

# A review by its buyer, and an answer by its supplier, from when each was first written.
EDITABLE_FOR: Final = timedelta(days=14)
TEXT_LENGTH: Final = 4000
MAXIMUM_PICTURES: Final = 4
# Of one company within 24 hours: more is not read but a storm.
REPORTS_A_DAY: Final = 20
# Against a moderator's decision, about a listing or a review, from when it was taken.
APPEALED_WITHIN: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class LastDecision:
    """The last one about a review. `answers_own_report`: the supplier whose goods are reviewed had reported it."""

    step: str
    at: datetime
    is_appealed: bool
    answers_own_report: bool


def may_appeal(last: LastDecision, *, is_writer: bool, at: datetime) -> bool:
    """Whether the writer, or else the supplier, lost by it, and can say so still."""
    if last.is_appealed or last.at < at - APPEALED_WITHIN:
        return False
    if is_writer:
        return last.step == ReviewStep.TAKEN_DOWN
    return last.step == ReviewStep.KEPT and last.answers_own_report
