"""Rows of payments, by aggregate."""

from .chargebacks import Chargeback, ChargebackTransition
from .inbox import ReviewItem, WebhookEvent
from .operations import OperationAttempt, OperationTransition, ProviderOperation
from .payments import BankReceipt, Payment, PaymentTransition, Refund, RefundTransition
from .sandbox import SandboxDelivery, SandboxFault, SandboxMovement, SandboxObject

__all__ = [
    "BankReceipt",
    "Chargeback",
    "ChargebackTransition",
    "OperationAttempt",
    "OperationTransition",
    "Payment",
    "PaymentTransition",
    "ProviderOperation",
    "Refund",
    "RefundTransition",
    "ReviewItem",
    "SandboxDelivery",
    "SandboxFault",
    "SandboxMovement",
    "SandboxObject",
    "WebhookEvent",
]
