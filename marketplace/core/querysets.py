"""Chainable filters that every aggregate shares."""

from __future__ import annotations

from typing import Self, TypeVar

from django.db import models, transaction

M = TypeVar("M", bound=models.Model)


class LockableQuerySet(models.QuerySet[M]):
    """A queryset that can lock its rows in the global order."""

    def lock(self) -> Self:
        """Lock these rows (not what they join) in primary key order, leaving foreign-key checks unblocked.

        Raises `TransactionManagementError` outside `atomic`: a lock that ends at once protects nothing.
        """
        if not transaction.get_connection(self.db).in_atomic_block:
            msg = "lock() needs transaction.atomic()"
            raise transaction.TransactionManagementError(msg)
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)
