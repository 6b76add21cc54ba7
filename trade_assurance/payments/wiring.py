"""What payments hands to core and files at start: events, settings, consumers, its kind of file, a readiness check."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from marketplace.core.jobs import QUEUE_HOLDS
from marketplace.core.operator_settings import SettingDefinition, SettingKind
from marketplace.core.outbox import EventConsumer
from marketplace.core.readiness import Readiness
from marketplace.files.models import StoredFile
from marketplace.files.operations import FileKind
from trade_assurance.payments import limits, notices
from trade_assurance.payments.errors import StripeNotConfigured
from trade_assurance.payments.models import ProviderOperation
from trade_assurance.payments.operations.officers import PROOF_KIND, STATEMENT_KIND
from trade_assurance.payments.policies import may_read_proof
from trade_assurance.payments.providers.bank_transfer import BANK_ACCOUNT, account_key
from trade_assurance.payments.providers.stripe_rail.keys import webhook_secrets, why_unusable
from trade_assurance.payments.queries import company_paid_by

EVENTS: Final = (
    "payment_received",
    "payment_partly_funded",
    "payment_succeeded",
    "payment_failed",
    "payment_expired",
    "payment_reversed",
    "payment_review_opened",
    "refund_window_ending",
    "refund_confirmed",
    "refund_failed",
    "bank_refund_requested",
    "payout_confirmed",
    "payout_failed",
    "payout_sent_back",
    "refund_sent_back",
    "bank_suspense_moved",
    "batch_needs_approval",
    "refund_needs_approval",
    "payment_charged_back",
    "chargeback_won",
    "chargeback_lost",
    "chargeback_inquiry",
    "chargeback_fee",
    "chargeback_changed",
    "chargeback_evidence_sent",
    "chargeback_evidence_refused",
    "registration_ready",
    "registration_lost",
    "payout_reversed",
    "payout_not_reversed",
)
SLOW_SECONDS: Final = "payments.sandbox_slow_seconds"
OVERDUE: Final = timedelta(minutes=10)

_GROUP: Final = _("Payments")
# A rehearsal needs an account to show; where real money may come only the operator knows it. (The example
# IBAN of the ECBS's standard, which belongs to nobody.)
_ACCOUNTS: Final = _("Accounts for transfers")
_EXAMPLE: Final = settings.PORTOLAN_MODE != "production"


def _text(key: str, label: Text, default: str, help_text: Text = "") -> SettingDefinition:
    return SettingDefinition(
        key=key,
        group=_GROUP,
        kind=SettingKind.TEXT,
        default=default if _EXAMPLE else "",
        label=label,
        help=help_text,
    )


def _account_in(code: str) -> SettingDefinition:
    return SettingDefinition(
        key=account_key(code),
        group=_ACCOUNTS,
        kind=SettingKind.TEXT,
        default="",
        label=format_lazy(_("Account for transfers in {currency}"), currency=code),
        help=_(
            "Account number or IBAN; BIC or routing code; bank; holder. Bank and holder may be left out where they"
            " are those of the general account. Empty: buyers are shown the general account."
        ),
    )


SETTINGS: Final = (
    _text("payments.bank_holder", _("Account holder for transfers"), "Portolan Trade Assurance (example)"),
    _text("payments.bank_name", _("Bank"), "Example Bank"),
    _text(
        BANK_ACCOUNT,
        _("Account number or IBAN"),
        "DE89 3704 0044 0532 0130 00",
        _("Buyers are shown this account. While it is empty, nobody can pay by bank transfer."),
    ),
    _text("payments.bank_code", _("BIC or routing code"), "COBADEFFXXX"),
    SettingDefinition(
        key=SLOW_SECONDS,
        group=_GROUP,
        kind=SettingKind.COUNT,
        default=20,
        label=_("Seconds a slow test payment takes"),
        minimum=1,
        maximum=86_400,
    ),
    *(_account_in(code) for code in sorted(limits.LIMITS)),
    *limits.SETTINGS,
)

CONSUMERS: Final = (
    EventConsumer(
        "payment_partly_funded", "payments.tell_payer_what_is_missing", QUEUE_HOLDS, notices.partly_funded
    ),
    EventConsumer("payment_failed", "payments.tell_payer_it_failed", QUEUE_HOLDS, notices.failed),
    EventConsumer("bank_refund_requested", "payments.ask_for_bank_refund", QUEUE_HOLDS, notices.bank_refund),
    EventConsumer(
        "refund_needs_approval", "payments.ask_for_refund_approval", QUEUE_HOLDS, notices.refund_approval
    ),
    EventConsumer("batch_needs_approval", "payments.ask_for_batch_approval", QUEUE_HOLDS, notices.batch),
    EventConsumer(
        "refund_window_ending", "payments.warn_of_refund_window", QUEUE_HOLDS, notices.refund_window_ending
    ),
    EventConsumer("payment_review_opened", "payments.ask_for_review", QUEUE_HOLDS, notices.review),
)


def _may_read(actor: Actor, file: StoredFile) -> bool:
    return may_read_proof(actor, company_paid_by(file.subject))


def _may_read_statement(actor: Actor, _file: StoredFile) -> bool:
    return may_read_proof(actor, None)


BANK_STATEMENT: Final = FileKind(name=STATEMENT_KIND, accepts=("xml", "table"), may_read=_may_read_statement)
BANK_PROOF: Final = FileKind(name=PROOF_KIND, accepts=("pdf", "image"), may_read=_may_read)


def stripe_can_be_used(_at: datetime) -> Readiness:
    """Whether the key of Stripe fits the switch for real money; no key at all is fine. For /readyz."""
    refusal = why_unusable()
    if refusal is None:
        mode = "live" if settings.PAYMENTS_LIVE else "test"
        return Readiness(bool(webhook_secrets()), mode if webhook_secrets() else f"{mode}, no webhook secret")
    off = isinstance(refusal, StripeNotConfigured)
    return Readiness(off, "off" if off else refusal.code)


def providers_answer(at: datetime) -> Readiness:
    """Whether what is asked of providers is being followed up; for /readyz."""
    oldest = (
        ProviderOperation.objects.filter(wake_at__isnull=False)
        .order_by("wake_at")
        .values_list("wake_at", flat=True)
        .first()
    )
    late = timedelta() if oldest is None else max(at - oldest, timedelta())
    return Readiness(late <= OVERDUE, f"{int(late.total_seconds())} s")
