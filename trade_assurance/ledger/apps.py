"""Wiring of the ledger: its part of `check_books`, and its currencies after a migration."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate  # noqa: TID251 -- post_migrate is the permitted one


class LedgerConfig(AppConfig):
    """The double-entry books."""

    name = "trade_assurance.ledger"
    label = "ta_ledger"
    verbose_name = "Trade Assurance: ledger"

    def ready(self) -> None:
        """Register what core dispatches to."""
        from marketplace.core.books import register_books_part

        from .books import discrepancies

        register_books_part("ledger", discrepancies)
        post_migrate.connect(_load_reference_data, sender=self)


def _load_reference_data(*, using: str, **_kwargs: Any) -> None:
    """Bring the currencies up to date after every `migrate`; one of another app alone may come before the books."""
    from .models import Currency
    from .reference import load_currencies

    if Currency._meta.db_table in connections[using].introspection.table_names():
        load_currencies()
