"""Rows of held money (`hold`) and of its way to a supplier's bank (`payout`)."""

from trade_assurance.holds.models.chargeback import CaseTransition, ChargebackCase, ChargebackPart
from trade_assurance.holds.models.credit import Credit, ExcessChoice
from trade_assurance.holds.models.hold import Freeze, Funding, Hold, HoldMovement, HoldTransition
from trade_assurance.holds.models.payout import Payout, PayoutAccount, PayoutApproval, PayoutTransition
from trade_assurance.holds.models.supplier_money import (
    DebtPayment,
    KeptBack,
    ReserveChange,
    SupplierAccount,
    SupplierDebt,
)

__all__ = [
    "CaseTransition",
    "ChargebackCase",
    "ChargebackPart",
    "Credit",
    "DebtPayment",
    "ExcessChoice",
    "Freeze",
    "Funding",
    "Hold",
    "HoldMovement",
    "HoldTransition",
    "KeptBack",
    "Payout",
    "PayoutAccount",
    "PayoutApproval",
    "PayoutTransition",
    "ReserveChange",
    "SupplierAccount",
    "SupplierDebt",
]
