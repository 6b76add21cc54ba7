"""Wiring of disputes: clocks, deadlines, consumers, timeline texts, the evidence kind of files."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DisputesConfig(AppConfig):
    """Claim, offers, evidence, decision."""

    name = "trade_assurance.disputes"
    label = "ta_disputes"
    verbose_name = _("Trade Assurance: disputes")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from marketplace.core.deadlines import register_deadline_kind
        from marketplace.core.operator_settings import register_settings
        from marketplace.core.outbox import declare_event, register_consumer
        from marketplace.files.operations import register_file_kind
        from orders.operations import register_event_text
        from trade_assurance.disputes import (
            consumers,
            deadlines,
            evidence_files,
            notices,
            strike_facts,
            supplier_facts,
            wiring,
        )

        declare_event(*wiring.EVENTS, *strike_facts.EVENTS)
        register_settings(*wiring.SETTINGS)
        for kind in deadlines.KINDS:
            register_deadline_kind(kind)
        for consumer in (
            *consumers.CONSUMERS,
            *notices.CONSUMERS,
            *supplier_facts.CONSUMERS,
            *strike_facts.CONSUMERS,
        ):
            register_consumer(consumer)
        for name, text in wiring.TIMELINE.items():
            register_event_text(name, text)
        register_file_kind(evidence_files.KIND)
        register_file_kind(evidence_files.BUNDLE_KIND)
