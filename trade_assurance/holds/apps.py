"""Wiring of holds: settings, deadlines, consumers, timeline texts and its part of `check_books`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HoldsConfig(AppConfig):
    name = "trade_assurance.holds"
    label = "ta_holds"
    verbose_name = _("Trade Assurance: holds")
