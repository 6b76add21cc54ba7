"""Where a company wants its payouts. Bank details are checked for form, never guessed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from marketplace.core.actors import Actor
from marketplace.core.errors import Rejected
from marketplace.core.money import exponent
from marketplace.core.outbox import emit
from trade_assurance.holds.errors import BankDetailsWrong
from trade_assurance.holds.models import PayoutAccount
from trade_assurance.holds.operations.trades.trade import demand
from trade_assurance.holds.policies import can_ask_payout
from trade_assurance.payments import queries as rails

BANK_TRANSFER = "bank_transfer"
_DETAILS = ("holder", "bank_name", "account_number", "bank_code")


@dataclass(frozen=True, slots=True)
class BankDetails:
    """Holder, bank, account (an IBAN where the country has them) and the bank's BIC, IFSC or routing code."""

    holder: str = ""
    bank_name: str = ""
    account_number: str = ""
    bank_code: str = ""


@transaction.atomic
def set_payout_account(
    *, currency: str, provider: str, details: BankDetails, actor: Actor, at: datetime
) -> None:
    """Say where payouts of one currency go from now on; payouts under way keep their copy.

    Overwriting another account makes payouts of the next days need two approvals (`CHANGED_ACCOUNT_DAYS`).

    Tells all owners and finance people of the company: a changed bank account is how money is stolen.
    Raises `NotYourStep`, `BankDetailsWrong` (with the field), `Rejected` for an unknown currency or rail.
    """
    demand(can_ask_payout(actor))
    exponent(currency)
    if provider not in {choice.name for choice in rails.pay_out_choices()}:
        raise Rejected(field="provider")
    checked = checked_details(details) if provider == BANK_TRANSFER else BankDetails()
    wanted = {"provider": provider, **{name: getattr(checked, name) for name in _DETAILS}}
    mine = PayoutAccount.objects.filter(company_id=actor.company_id or 0, currency=currency)
    before = mine.lock().first()
    replaced = before is not None and before.as_destination() != wanted
    PayoutAccount.objects.update_or_create(
        company_id=actor.company_id or 0,
        currency=currency,
        defaults={
            **wanted,
            "changed_at": at,
            "changed_by": actor.as_text,
            **({"replaced_at": at} if replaced else {}),
        },
    )
    emit(
        kind="payout_account_changed",
        subject=str(actor.company_id),
        payload={"company_id": actor.company_id, "currency": currency},
        actor=actor,
        at=at,
    )


def checked_details(details: BankDetails) -> BankDetails:
    """The details in compact form. Raises `BankDetailsWrong` with the field at fault."""
    holder, bank_name = details.holder.strip(), details.bank_name.strip()
    number, code = rails.compact(details.account_number), rails.compact(details.bank_code)
    for field, value in (("holder", holder), ("bank_name", bank_name)):
        if not value or not value.isprintable():
            raise BankDetailsWrong(field=field)
    try:
        party = rails.bank_party({"account_number": number, "bank_code": code})
    except rails.AccountUnusable as error:
        raise BankDetailsWrong(field=error.field) from error
    if not code and not party.iban:
        raise BankDetailsWrong(field="bank_code")
    return BankDetails(holder, bank_name, number, code)
