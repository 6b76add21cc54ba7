"""Accounts, transactions, entries and snapshots of the double-entry books.

Rows are written by the SQL function `ta_ledger_post` only; PostgreSQL refuses every other way of changing
them (migration `0002`). Must not know orders, holds or providers.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from .states import HOT_KINDS, NEVER_NEGATIVE_KINDS, AccountKind

SUBJECT_LENGTH = 120
KEY_LENGTH = 200
HASH_LENGTH = 64


class Currency(models.Model):
    """A currency the books may carry. ISO's exponent and a payment processor's are kept apart.

    `provider_step`: the processor takes only multiples of so many of its own minor units.
    """

    code = models.CharField(max_length=3, primary_key=True)
    iso_exponent = models.PositiveSmallIntegerField()
    provider_exponent = models.PositiveSmallIntegerField()
    provider_step = models.PositiveSmallIntegerField(default=1)

    class Meta:
        verbose_name_plural = "currencies"
        constraints = [
            models.CheckConstraint(
                name="ledger_currency_code_has_three_letters", condition=Q(code__regex=r"^[A-Z]{3}$")
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Account(models.Model):
    """One owner's account of one kind in one currency. `balance` is NULL for hot accounts (derived instead)."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=32, choices=AccountKind)
    owner = models.CharField(max_length=SUBJECT_LENGTH)
    currency = models.ForeignKey(Currency, on_delete=models.PROTECT, related_name="+", db_index=False)
    tracks_balance = models.BooleanField()
    min_balance = models.BigIntegerField(null=True)
    balance = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "owner", "currency"], name="ledger_account_once_per_owner"
            ),
            # What the composite foreign key of the entries points at.
            models.UniqueConstraint(fields=["id", "currency"], name="ledger_account_has_one_currency"),
            models.CheckConstraint(
                name="ledger_account_kind_is_known", condition=Q(kind__in=AccountKind.values)
            ),
            models.CheckConstraint(
                name="ledger_hot_account_has_no_balance_row",
                condition=Q(kind__in=HOT_KINDS, tracks_balance=False, balance=None, min_balance=None)
                | (~Q(kind__in=HOT_KINDS) & Q(tracks_balance=True, balance__isnull=False)),
            ),
            models.CheckConstraint(
                name="ledger_held_money_has_a_floor",
                condition=~Q(kind__in=NEVER_NEGATIVE_KINDS) | Q(min_balance__isnull=False, min_balance=0),
            ),
            models.CheckConstraint(
                name="ledger_balance_not_below_minimum",
                condition=Q(min_balance=None) | Q(balance__gte=F("min_balance")),
            ),
            models.CheckConstraint(name="ledger_account_owner_is_named", condition=~Q(owner="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.owner} {self.currency_id}"


class Transaction(models.Model):
    """One balanced movement, booked once under its key and never changed.

    `happened_at` is the story's clock, `booked_at` the database's. `reverses` may point at one earlier
    transaction, and at each only once. The column `posted_xid` (transaction of PostgreSQL) is kept by the database.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=64)
    subject = models.CharField(max_length=SUBJECT_LENGTH)
    key = models.CharField(max_length=KEY_LENGTH, unique=True)
    request_hash = models.CharField(max_length=HASH_LENGTH)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    happened_at = models.DateTimeField()
    booked_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject", "id"], name="ledger_transaction_by_subject")]
        constraints = [
            models.CheckConstraint(
                name="ledger_transaction_is_named", condition=~Q(kind="") & ~Q(subject="") & ~Q(key="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} ({self.key})"


class Entry(models.Model):
    """One side of a transaction; credit positive, never zero. `(account, currency)` is one composite foreign key."""

    id = models.BigAutoField(primary_key=True)
    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="entries", db_index=False, db_constraint=False
    )
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "entries"
        indexes = [models.Index(fields=["account", "id"], name="ledger_entry_by_account")]
        constraints = [
            models.CheckConstraint(name="ledger_entry_moves_something", condition=~Q(amount_minor=0)),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency}"


class BalanceSnapshot(models.Model):
    """A hot account's balance over all database transactions before `upto_xid` (a column the database keeps)."""

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, primary_key=True, related_name="snapshot"
    )
    balance = models.BigIntegerField()
    taken_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account_id}: {self.balance}"


class DayRoot(models.Model):
    """One sealed day (UTC) of the journal: the root of everything it seals, chained to the day before.

    Appended by `ta_ledger_seal_day` only and never changed (migration `0004`). `figures_hash` covers counts and
    totals under a salt, so that a root can be published without the marketplace's turnover. The columns
    `running_from` and `running_to` (which database transactions were running at the sealing) are kept by the
    database: they tell a late commit from a row that was written in afterwards.
    """

    day = models.DateField(primary_key=True)
    previous_root = models.CharField(max_length=HASH_LENGTH, unique=True)
    merkle_root = models.CharField(max_length=HASH_LENGTH)
    transactions = models.BigIntegerField()
    entries = models.BigIntegerField()
    # Per currency what was credited, in minor units, as text: `EUR 1200` and so on, one a line.
    totals = models.TextField(blank=True)
    figures_salt = models.CharField(max_length=HASH_LENGTH)
    figures_hash = models.CharField(max_length=HASH_LENGTH)
    root = models.CharField(max_length=HASH_LENGTH, unique=True)
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.day} {self.root[:12]}"


class Seal(models.Model):
    """Which day sealed a transaction, where in it, and the digests of its header and of each of its entries.

    `salt` keeps those digests from being guessed by whoever is shown a neighbour's. No foreign key in the
    database: the seal of a transaction that somebody removed has to stay.
    """

    transaction = models.OneToOneField(
        Transaction, on_delete=models.PROTECT, primary_key=True, related_name="seal", db_constraint=False
    )
    day = models.ForeignKey(
        DayRoot, on_delete=models.PROTECT, related_name="seals", db_constraint=False, db_index=False
    )
    position = models.IntegerField()
    salt = models.BinaryField()
    parts = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "position"], name="ledger_seal_has_one_place"),
        ]

    def __str__(self) -> str:
        return f"{self.day_id} {self.position}"
