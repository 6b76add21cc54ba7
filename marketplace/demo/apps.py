"""Wiring of the demo: it has no rows of its own."""

from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "marketplace.demo"
    label = "demo"
    verbose_name = "Demo"
