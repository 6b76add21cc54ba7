"""Replays: the same key returns the first result, the same key with other content is a conflict.

Owns `IdempotencyRecord`. A creation has no row to lock yet, so it takes `lock_key` first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction

from marketplace.core.errors import KeyReused, Rejected
from marketplace.core.models import IdempotencyRecord
from marketplace.core.money import Money

KEY_LENGTH = 200


def lock_key(key: str) -> None:
    """Let only one transaction at a time work on this key, until it ends.

    Raises `TransactionManagementError` outside `atomic`, `Rejected` for an empty or overlong key.
    """
    if not connection.in_atomic_block:
        msg = "lock_key() needs transaction.atomic()"
        raise transaction.TransactionManagementError(msg)
    _demand_key(key)
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def replayed(*, key: str, operation: str, content: Mapping[str, object]) -> str | None:
    """The result remembered for this key, None when the key is new.

    Raises `KeyReused` when the key came with another operation or other content.
    """
    _demand_key(key)
    record = IdempotencyRecord.objects.filter(key=key).first()
    if record is None:
        return None
    if record.operation != operation or record.request_hash != content_hash(content):
        raise KeyReused
    return record.result


def remember(*, key: str, operation: str, content: Mapping[str, object], result: str, at: datetime) -> None:
    """Store the result under the key, in the operation's own transaction."""
    IdempotencyRecord.objects.create(
        key=key, operation=operation, request_hash=content_hash(content), result=result, at=at
    )


def content_hash(content: Mapping[str, object]) -> str:
    """SHA-256 of the content as canonical JSON (sorted keys; decimals, dates and Money as text)."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_as_json)
    return hashlib.sha256(text.encode()).hexdigest()


def _as_json(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Money):
        return [value.amount_minor, value.currency]
    if isinstance(value, set | frozenset):
        return sorted(str(item) for item in value)
    msg = f"{type(value).__name__} has no canonical form"
    raise TypeError(msg)


def _demand_key(key: str) -> None:
    if not key or len(key) > KEY_LENGTH:
        raise Rejected(field=None)
