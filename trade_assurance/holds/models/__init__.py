"""Rows of held money (`hold`), of its way to a supplier's bank (`payout`) and of its proof (`reconciliation`)."""

from trade_assurance.holds.models.chargeback import CaseTransition, ChargebackCase, ChargebackPart
from trade_assurance.holds.models.credit import Credit, ExcessChoice
from trade_assurance.holds.models.hold import Freeze, Funding, Hold, HoldMovement, HoldTransition
from trade_assurance.holds.models.hold_age import (
    AgeDecision,
    BankMove,
    BankMoveTransition,
    MoveConsent,
    MovedPart,
    SuspenseAssignment,
)
from trade_assurance.holds.models.payout import Payout, PayoutAccount, PayoutApproval, PayoutTransition
from trade_assurance.holds.models.payout_part import (
    PartTransition,
    PayoutPart,
    Reversal,
    ReversalTransition,
    WriteOff,
)
from trade_assurance.holds.models.reconciliation import (
    BookedMovement,
    Incident,
    IncidentApproval,
    IncidentNote,
    IncidentTransition,
    ProviderMovementRow,
    ReconciliationDay,
    ReconciliationRun,
)
from trade_assurance.holds.models.share import ShipmentShare
from trade_assurance.holds.models.supplier_money import (
    DebtPayment,
    KeptBack,
    ReserveChange,
    SupplierAccount,
    SupplierDebt,
)

__all__ = [
    "AgeDecision",
    "BankMove",
    "BankMoveTransition",
    "BookedMovement",
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
    "Incident",
    "IncidentApproval",
    "IncidentNote",
    "IncidentTransition",
    "KeptBack",
    "MoveConsent",
    "MovedPart",
    "PartTransition",
    "Payout",
    "PayoutAccount",
    "PayoutApproval",
    "PayoutPart",
    "PayoutTransition",
    "ProviderMovementRow",
    "ReconciliationDay",
    "ReconciliationRun",
    "ReserveChange",
    "Reversal",
    "ReversalTransition",
    "ShipmentShare",
    "SupplierAccount",
    "SupplierDebt",
    "SuspenseAssignment",
    "WriteOff",
]
