"""Wiring of payments: events, file kind, settings, books."""

from __future__ import annotations

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Pay-in and pay-out providers."""

    name = "trade_assurance.payments"
    label = "ta_payments"
    verbose_name = "Trade Assurance: payments"
