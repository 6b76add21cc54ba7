"""Rows of held money (`hold`) and of its way to a supplier's bank (`payout`)."""

from trade_assurance.holds.models.hold import Freeze, Funding, Hold, HoldMovement, HoldTransition
from trade_assurance.holds.models.payout import Payout, PayoutAccount, PayoutApproval, PayoutTransition

__all__ = [
    "Freeze",
    "Funding",
    "Hold",
    "HoldMovement",
    "HoldTransition",
    "Payout",
    "PayoutAccount",
    "PayoutApproval",
    "PayoutTransition",
]
