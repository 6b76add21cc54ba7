"""The guard that keeps provider calls out of transactions: a call that hangs must not hold anybody's locks."""

from __future__ import annotations

from django.db import transaction


class ProviderCallInTransaction(RuntimeError):
    """Code was about to call a provider with a transaction open: a mistake of ours, never a person's."""


def forbid_transaction() -> None:
    """Raise `ProviderCallInTransaction` inside `atomic`. The transaction a test case is wrapped in does not count.

    Asks Django's durable block, which sends nothing to the database when it is empty.
    """
    try:
        with transaction.atomic(durable=True):
            pass
    except RuntimeError as error:
        raise ProviderCallInTransaction("a provider is called outside any transaction") from error
