"""The marketplace's own accounts at banks: entered by a finance officer, checked for form. Moves no money."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.money import exponent
from trade_assurance.payments.bank_files.accounts import AccountUnusable, bank_party, compact
from trade_assurance.payments.bank_files.latin import latin
from trade_assurance.payments.errors import BankAccountKnown, BankAccountWrong
from trade_assurance.payments.models import BankAccount
from trade_assurance.payments.operations.officers import demand_officer


@transaction.atomic
def add_bank_account(
    *, currency: str, details: Mapping[str, str], country: str, actor: Actor, at: datetime
) -> BankAccount:
    """Enter an account: batches are paid from it, its statements can be read. Buyers are not shown it.

    Raises `NotAllowed`, `BankAccountWrong` (with the field), `BankAccountKnown`, `Rejected` for a currency.
    """
    demand_officer(actor)
    exponent(currency)
    holder = " ".join(details.get("holder", "").split())
    if not latin(holder, 70):
        raise BankAccountWrong(field="holder")
    try:
        bank_party(details, country)
    except AccountUnusable as error:
        raise BankAccountWrong(field=error.field) from error
    account, created = BankAccount.objects.get_or_create(
        account_number=compact(details["account_number"]),
        currency=currency,
        defaults={
            "holder": holder[:140],
            "bank_name": " ".join(details.get("bank_name", "").split())[:140],
            "bank_code": compact(details.get("bank_code", "")),
            "country": country,
            "added_by": actor.as_text,
            "added_by_label": actor.label,
            "added_at": at,
        },
    )
    if not created:
        raise BankAccountKnown(field="account_number")
    return account
