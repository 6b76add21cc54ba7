"""What a rail's objects are called here, and whose money they are. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from trade_assurance.payments.models import Chargeback, Payment, ProviderOperation, Refund
from trade_assurance.payments.parties import companies_behind
from trade_assurance.payments.providers.bank_account import names_of_lines
from trade_assurance.payments.providers.bank_transfer import NAME as BANK
from trade_assurance.payments.states import OperationKind

_NAMED_BY_OPERATION = (OperationKind.REFUND, OperationKind.PAY_OUT, OperationKind.REVERSE)


def own_names(provider: str, object_refs: Iterable[str]) -> dict[str, str]:
    """Our own reference of each of a rail's objects that we know, by the rail's name for it; a handful of statements.

    At the bank a line is an object of its own, and what it pays goes by our own names.
    """
    wanted = [ref for ref in set(object_refs) if ref]
    if provider == BANK:
        return {ref: ref for ref in wanted} | names_of_lines(wanted)
    operations = ProviderOperation.objects.filter(
        provider=provider, provider_ref__in=wanted, kind__in=_NAMED_BY_OPERATION
    )
    payments = Payment.objects.filter(provider=provider, provider_ref__in=wanted)
    chargebacks = Chargeback.objects.filter(provider=provider, provider_ref__in=wanted)
    return {
        **dict(chargebacks.values_list("provider_ref", "ref")),
        **dict(operations.values_list("provider_ref", "subject")),
        **dict(payments.values_list("provider_ref", "ref")),
    }


def known_names(provider: str, names: Iterable[str]) -> frozenset[str]:
    """Which of these are payments of ours or things we asked of this rail; two statements."""
    wanted = [name for name in set(names) if name]
    payments = Payment.objects.filter(provider=provider, ref__in=wanted).values_list("ref", flat=True)
    operations = ProviderOperation.objects.filter(
        provider=provider, subject__in=wanted, kind__in=_NAMED_BY_OPERATION
    ).values_list("subject", flat=True)
    return frozenset(payments) | frozenset(operations)


def companies_concerned(name: str) -> frozenset[int]:
    """Ids of the companies whose money a payment, refund or payout of this reference is; empty for anything else."""
    payment = Payment.objects.filter(ref=name).first()
    if payment is None:
        refund = Refund.objects.filter(ref=name).select_related("payment").first()
        payment = refund.payment if refund is not None else None
    if payment is None:
        dispute = Chargeback.objects.filter(ref=name).select_related("payment").first()
        payment = dispute.payment if dispute is not None else None
    if payment is not None:
        return companies_behind(payment.root) | {payment.payer_id}
    operation = ProviderOperation.objects.filter(subject=name).order_by("pk").first()
    if operation is None:
        return frozenset()
    payee = frozenset() if operation.payee_id is None else frozenset({operation.payee_id})
    return companies_behind(operation.root) | payee
