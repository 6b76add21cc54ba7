"""Rows of payments, by aggregate."""

from .banking import (
    BankAccount,
    BankStatement,
    BankStatementLine,
    BankStatementLineTransition,
    BankStatementTransition,
    PayoutBatch,
    PayoutBatchApproval,
    PayoutBatchExport,
    PayoutBatchLine,
    PayoutBatchTransition,
)
from .chargebacks import Chargeback, ChargebackTransition
from .inbox import ReviewItem, WebhookEvent
from .operations import OperationAttempt, OperationTransition, ProviderOperation
from .payments import (
    BankReceipt,
    Payment,
    PaymentTransition,
    Refund,
    RefundConfirmation,
    RefundTransition,
)
from .registrations import Registration
from .sandbox import SandboxDelivery, SandboxFault, SandboxMovement, SandboxObject

__all__ = [
    "BankAccount",
    "BankReceipt",
    "BankStatement",
    "BankStatementLine",
    "BankStatementLineTransition",
    "BankStatementTransition",
    "Chargeback",
    "ChargebackTransition",
    "OperationAttempt",
    "OperationTransition",
    "Payment",
    "PaymentTransition",
    "PayoutBatch",
    "PayoutBatchApproval",
    "PayoutBatchExport",
    "PayoutBatchLine",
    "PayoutBatchTransition",
    "ProviderOperation",
    "Refund",
    "RefundConfirmation",
    "RefundTransition",
    "Registration",
    "ReviewItem",
    "SandboxDelivery",
    "SandboxFault",
    "SandboxMovement",
    "SandboxObject",
    "WebhookEvent",
]
