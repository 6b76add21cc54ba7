"""Wiring of holds: settings, deadlines, consumers, timeline texts and its part of `check_books`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HoldsConfig(AppConfig):
    """Milestones' money: fund, freeze, release, refund, payouts."""

    name = "trade_assurance.holds"
    label = "ta_holds"
    verbose_name = _("Trade Assurance: holds")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.core.books import register_books_part
        from marketplace.core.deadlines import register_deadline_kind
        from marketplace.core.operator_settings import register_settings
        from marketplace.core.outbox import declare_event, register_consumer
        from marketplace.core.readiness import register_check
        from orders.operations import register_event_text
        from trade_assurance.holds import (
            age_notices,
            bank_books,
            books,
            books_notices,
            chargeback_consumers,
            consumers,
            cross_books,
            deadlines,
            incident_notices,
            move_books,
            notices,
            reconciliation_books,
            supplier_books,
            supplier_notices,
            wiring,
        )
        from trade_assurance.holds.queries.trades.money import companies_of
        from trade_assurance.payments.operations import register_parties

        declare_event(*wiring.EVENTS)
        register_settings(*wiring.SETTINGS)
        for kind in deadlines.KINDS:
            register_deadline_kind(kind)
        for consumer in (
            *consumers.CONSUMERS,
            *chargeback_consumers.CONSUMERS,
            *notices.CONSUMERS,
            *supplier_notices.CONSUMERS,
            *age_notices.CONSUMERS,
        ):
            register_consumer(consumer)
        for name, text in wiring.TIMELINE.items():
            register_event_text(name, text)
        register_books_part("holds", books.discrepancies)
        register_books_part("bank lines", bank_books.discrepancies)
        register_books_part(cross_books.PART, cross_books.discrepancies)
        register_books_part("reconciliation", reconciliation_books.discrepancies)
        register_check("reconciliation", incident_notices.nothing_unexplained)
        for consumer in (*incident_notices.CONSUMERS, *books_notices.CONSUMERS):
            register_consumer(consumer)
        register_books_part("supplier money", supplier_books.discrepancies)
        register_books_part(move_books.PART, move_books.discrepancies)
        register_parties("holds", companies_of)
