"""Wiring of payments: events, consumers, settings, its kind of file, books and readiness."""

from __future__ import annotations

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Pay-in and pay-out providers."""

    name = "trade_assurance.payments"
    label = "ta_payments"
    verbose_name = "Trade Assurance: payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what core and files dispatch to."""
        from marketplace.core.books import register_books_part
        from marketplace.core.deadlines import register_deadline_kind
        from marketplace.core.operator_settings import register_settings
        from marketplace.core.outbox import declare_event, register_consumer
        from marketplace.core.readiness import register_check
        from marketplace.files.operations import register_file_kind
        from trade_assurance.payments import checks, deadlines, wiring
        from trade_assurance.payments.books import discrepancies

        declare_event(*wiring.EVENTS)
        register_settings(*wiring.SETTINGS)
        register_file_kind(wiring.BANK_PROOF)
        register_file_kind(wiring.BANK_STATEMENT)
        register_books_part("payments", discrepancies)
        register_check("payment providers", wiring.providers_answer)
        register_check("stripe", wiring.stripe_can_be_used)
        checks.register_all()
        for kind in deadlines.KINDS:
            register_deadline_kind(kind)
        for consumer in wiring.CONSUMERS:
            register_consumer(consumer)
