"""Wiring of disputes: clocks, deadlines, consumers, timeline texts, the evidence kind of files."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DisputesConfig(AppConfig):
    name = "trade_assurance.disputes"
    label = "ta_disputes"
    verbose_name = _("Trade Assurance: disputes")
