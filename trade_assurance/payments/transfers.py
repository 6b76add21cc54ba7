"""Transfers that wait for a person at a bank: payouts, refunds and returns; where each goes, and what keeps it back.

Reads only: pages list and operations guard by the same questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Company
from marketplace.accounts.states import VerificationState
from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from trade_assurance.payments.bank_files.accounts import AccountUnusable, bank_party
from trade_assurance.payments.bank_files.latin import latin
from trade_assurance.payments.matching import OUTGOING, companies_of
from trade_assurance.payments.models import BankReceipt, PayoutBatchLine, ProviderOperation, Refund
from trade_assurance.payments.providers.bank_transfer import NAME as BANK
from trade_assurance.payments.states import OperationKind, OperationState

ACCOUNT_FIELDS: Final = ("holder", "bank_name", "account_number", "bank_code", "country")
_UNUSABLE: Final[dict[str, Text]] = {
    "account_number": _("the account number or IBAN is not right"),
    "bank_code": _("the BIC or bank code is not right"),
}
_NOT_VERIFIED: Final[dict[str, Text]] = {
    VerificationState.EXPIRED: _("the company's verification has expired"),
    VerificationState.REJECTED: _("the company's verification was not accepted"),
}


def waiting_transfers() -> QuerySet[ProviderOperation]:
    """Transfers that somebody has to make and that stand in no batch, oldest first."""
    standing = PayoutBatchLine.objects.filter(operation=OuterRef("pk"), released_at=None)
    return (
        ProviderOperation.objects.filter(provider=BANK, kind__in=OUTGOING, state=OperationState.PENDING)
        .exclude(Exists(standing))
        .select_related("payee")
        .order_by("pk")
    )


class Destinations:
    """Where each of some transfers goes, read in two statements, with the holder's country; empty when nobody has said.

    A refund goes back to the account its money came from, as the bank's statement names it, unless an officer
    entered another.
    """

    def __init__(self, operations: Iterable[ProviderOperation]) -> None:
        subjects = [row.subject for row in operations if row.kind == OperationKind.REFUND]
        refunds = Refund.objects.filter(ref__in=subjects).select_related("payment__payer")
        self.refunds = {row.ref: row for row in refunds}
        receipts = BankReceipt.objects.filter(payment__refunds__ref__in=subjects).exclude(statement_line=None)
        lines = receipts.select_related("statement_line").order_by("pk")
        self.came_from = {row.payment_id: row.statement_line for row in lines}

    def of(self, operation: ProviderOperation) -> dict[str, str]:
        """The destination of one of them."""
        named: Mapping[str, Any] = operation.params.get("destination") or {}
        if operation.kind != OperationKind.REFUND:
            country = "" if operation.payee is None else operation.payee.country
            return _details(named, country) if named else {}
        payment = self.refunds[operation.subject].payment
        line = self.came_from.get(payment.pk)
        if not named and (line is None or not line.party_account):
            return {}
        if not named and line is not None:
            named = {
                "holder": line.party_name,
                "account_number": line.party_account,
                "bank_code": line.party_bank,
            }
        return _details(named, payment.payer.country)

    def name_of(self, operation: ProviderOperation) -> str:
        """Whose money it is: the company's name, else the account's holder."""
        if operation.kind == OperationKind.REFUND:
            return self.refunds[operation.subject].payment.payer.legal_name
        if operation.payee is not None:
            return operation.payee.legal_name
        return str((operation.params.get("destination") or {}).get("holder", ""))


def was_typed(operation: ProviderOperation) -> bool:
    """Whether an officer entered the account: then two persons look at it, whatever the amount."""
    return bool((operation.params.get("destination") or {}).get("typed_by"))


def why_unusable(destination: Mapping[str, str]) -> Text:
    """Why no bank would take these details; empty when one would."""
    if not destination or not destination.get("holder") or not destination.get("account_number"):
        return _("nobody has said to which account it goes")
    try:
        bank_party(destination)
    except AccountUnusable as error:
        return _UNUSABLE[error.field]
    if not latin(destination["holder"], 70):
        return _("the holder's name has no Latin letters, which banks ask for")
    return ""


def why_not_payable(operation: ProviderOperation, destination: Mapping[str, str], actor: Actor) -> Text:
    """Why this officer cannot put it into a batch now; empty when they can."""
    if actor.member_of and companies_of(operation) & actor.member_of:
        return _("you belong to a company concerned; another officer has to do it")
    lapsed: Text = "" if operation.payee is None else why_not_verified(operation.payee)
    return lapsed or why_unusable(destination)


def why_not_verified(company: Company) -> Text:
    """Why a company is paid nothing now; empty when it is."""
    return _NOT_VERIFIED.get(VerificationState(company.state), "")


def _details(named: Mapping[str, Any], country: str) -> dict[str, str]:
    details = {name: str(named.get(name) or "") for name in ACCOUNT_FIELDS}
    return details | {"country": details["country"] or country}
