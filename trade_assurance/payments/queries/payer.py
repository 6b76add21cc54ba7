"""The payer's page of a payment. Writes nothing, calls no provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound
from marketplace.core.money import Money
from marketplace.core.operator_settings import snapshot
from trade_assurance.payments.errors import UnknownProvider
from trade_assurance.payments.models import BankReceipt, Payment, ProviderOperation, Refund
from trade_assurance.payments.policies import may_see_payment
from trade_assurance.payments.providers.bank_transfer import account_key
from trade_assurance.payments.providers.registry import is_manual, pay_out_choices, rail
from trade_assurance.payments.states import PAYMENT_OPEN, OperationKind, PaymentState

TONES = {
    PaymentState.STARTED: "waiting",
    PaymentState.PROCESSING: "info",
    PaymentState.PARTLY_FUNDED: "waiting",
    PaymentState.SUCCEEDED: "safe",
    PaymentState.FAILED: "danger",
    PaymentState.EXPIRED: "",
    PaymentState.REVERSED: "danger",
}
_DECLINES: dict[str, str | Promise] = {
    "card_declined": _("The card was declined. Nothing was charged."),
    "authentication_failed": _("The bank did not confirm that it was you. Nothing was charged."),
    "bank_declined": _("The bank declined the payment. Nothing was charged."),
    "insufficient_funds": _("There is not enough money on the card or account. Nothing was charged."),
    "expired_card": _("The card has expired. Nothing was charged."),
    "payment_intent_authentication_failure": _(
        "The bank did not confirm that it was you. Nothing was charged."
    ),
    "authentication_required": _("The bank wants to confirm that it is you. Try again and confirm it there."),
    "card_velocity_exceeded": _(
        "The card's limit does not allow this. Ask your bank, or choose another way."
    ),
    "transaction_not_allowed": _("This card does not pay for this. Ask your bank, or choose another way."),
}
_DECLINED = _("The payment was declined. Nothing was charged. Try again, or choose another way of paying.")


@dataclass(frozen=True, slots=True)
class BankAccount:
    """The marketplace's account that buyers transfer to."""

    holder: str
    bank: str
    account: str
    code: str


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """Money that a finance officer recorded."""

    amount: Money
    received_on: date
    bank_reference: str
    sender: str
    proof_ref: str
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """A payment as its payer sees it."""

    ref: str
    root: str
    description: str
    amount: Money
    received: Money
    missing: Money
    refunded: Money
    state: str
    state_label: str
    tone: str
    is_manual: bool
    is_open: bool
    rail_label: str | Promise
    reference: str
    account: BankAccount | None
    next_action_url: str
    return_url: str
    decline: str | Promise
    started_at: datetime
    expires_at: datetime | None
    receipts: tuple[ReceiptLine, ...]


def payment_page(ref: str, actor: Actor) -> PaymentPage:
    """A payment for a member of the company that pays. Raises `NotFound` for anybody else."""
    payment = Payment.objects.filter(ref=ref).first()
    if payment is None or not may_see_payment(actor, payment):
        raise NotFound
    manual = is_manual(payment.provider)
    is_open = payment.state in PAYMENT_OPEN
    return PaymentPage(
        ref=payment.ref,
        root=payment.root,
        description=payment.description,
        amount=payment.money,
        received=payment.received,
        missing=payment.missing,
        refunded=Money(payment.refunded_minor, payment.currency),
        state=payment.state,
        state_label=payment.get_state_display(),
        tone=TONES[PaymentState(payment.state)],
        is_manual=manual,
        is_open=is_open,
        rail_label=rail(payment.provider).description.label,
        reference=payment.reference,
        account=bank_account(payment.currency) if manual and is_open else None,
        next_action_url=payment.next_action_url if is_open else "",
        return_url=payment.return_url,
        decline=_DECLINES.get(payment.decline_code, _DECLINED) if payment.decline_code else "",
        started_at=payment.started_at,
        expires_at=payment.expires_at,
        receipts=receipt_lines(payment),
    )


def payment_of_session(session_ref: str, provider: str, payment_ref: str, actor: Actor) -> PaymentPage:
    """The payment that a provider's hosted page is for. Raises `NotFound` for anybody but the payer's members."""
    page = payment_page(payment_ref, actor)
    known = Payment.objects.filter(ref=payment_ref, provider=provider, provider_ref__in=("", session_ref))
    if not known.exists():
        raise NotFound
    return page


def bank_account(currency: str) -> BankAccount:
    """Where buyers transfer money of this currency to, as the operator entered it: its own account, or the general one."""
    said = snapshot("payments.bank_")
    general = BankAccount(
        holder=str(said["payments.bank_holder"]),
        bank=str(said["payments.bank_name"]),
        account=str(said["payments.bank_account"]),
        code=str(said["payments.bank_code"]),
    )
    own = str(said.get(account_key(currency), ""))
    return own_account(own, general)


def own_account(text: str, general: BankAccount) -> BankAccount:
    """An account as the operator typed it: number; code; bank; holder. Pure.

    Bank and holder that are left out are the general account's; a code never is, it belongs to its account.
    """
    number, code, bank, holder = ([part.strip() for part in text.split(";")] + [""] * 4)[:4]
    if not number:
        return general
    return BankAccount(holder=holder or general.holder, bank=bank or general.bank, account=number, code=code)


def receipt_lines(payment: Payment) -> tuple[ReceiptLine, ...]:
    """What was recorded by hand for a payment, oldest first."""
    rows = BankReceipt.objects.filter(payment=payment).select_related("proof").order_by("pk")
    return tuple(
        ReceiptLine(
            amount=Money(row.amount_minor, payment.currency),
            received_on=row.received_on,
            bank_reference=row.bank_reference,
            sender=row.sender,
            proof_ref=row.proof.ref if row.proof else "",
            recorded_by=row.recorded_by_label,
            recorded_at=row.recorded_at,
        )
        for row in rows
    )


def open_payments(subject: str) -> list[str]:
    """References of the payments that are still under way for a subject, oldest first."""
    rows = Payment.objects.filter(subject=subject, state__in=PAYMENT_OPEN).order_by("pk")
    return list(rows.values_list("ref", flat=True))


def payout_providers() -> tuple[str, ...]:
    """Names of the rails by which suppliers may be paid now."""
    return tuple(choice.name for choice in pay_out_choices())


def acts_for_company(actor: Actor, company_ref: str) -> bool:
    """Whether the person acts for the company of this reference now."""
    company_id = Company.objects.filter(ref=company_ref).values_list("pk", flat=True).first()
    return actor.acts_for(company_id)


def rail_label(name: str) -> str | Promise:
    """A rail's name for people; the name itself of one that is here no more."""
    try:
        return rail(name).description.label
    except UnknownProvider:
        return name


def company_paid_by(subject: str) -> int | None:
    """The company that a payout or refund of this reference goes to; None for anything else."""
    payee = ProviderOperation.objects.filter(kind=OperationKind.PAY_OUT, subject=subject)
    payer = Refund.objects.filter(ref=subject)
    return (
        payee.values_list("payee_id", flat=True).first()
        or payer.values_list("payment__payer_id", flat=True).first()
    )
