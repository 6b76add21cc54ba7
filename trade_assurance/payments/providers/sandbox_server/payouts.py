"""Suppliers' accounts with the sandbox, what is paid to them and what is taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from trade_assurance.payments.models import SandboxObject
from trade_assurance.payments.models.sandbox import SandboxKind, SandboxStatus
from trade_assurance.payments.providers.base import MovementType
from trade_assurance.payments.providers.sandbox_server.doors import (
    LATE_BY,
    LATE_EFFECT,
    ObjectView,
    Request,
    SandboxError,
    book,
    change,
    create,
    door,
    is_done,
    locked,
    view,
)

PAYOUT_TIME: Final = timedelta(seconds=3)
# Mishaps of the next payout and of the next reversal.
FAILS: Final = "fails"
COMES_BACK: Final = "comes_back"
INSUFFICIENT: Final = "insufficient_funds"
# A payout to an account number, or of an amount in minor units, that ends so fails: to rehearse it.
FAILING_ACCOUNT: Final = "0000"
FAILING_AMOUNT: Final = "1313"
# What was paid to an account number that ends so is gone at once: nothing can be taken back.
EMPTY_ACCOUNT: Final = "0002"
ASKED_OF_A_SUPPLIER: Final = ("legal_name_proof", "bank_account", "representative")


def create_payout(request: Request, *, destination: Mapping[str, str]) -> ObjectView:
    """Pay a supplier; arrives a few seconds later, or fails (account ends in 0000, amount in 13.13).

    A destination with an `account` of the sandbox must be able to receive: else `account_cannot_receive`.
    """
    with door("payout", request.key) as mode:
        number = "".join(str(destination.get("account_number", "")).split())
        _demand_able(str(destination.get("account", "")))
        fails = (
            mode == FAILS
            or number.endswith(FAILING_ACCOUNT)
            or str(request.money.amount_minor).endswith(FAILING_AMOUNT)
        )
        details: dict[str, object] = {"empty": number.endswith(EMPTY_ACCOUNT)}
        if mode == COMES_BACK:
            details["comes_back_after_seconds"] = int(LATE_BY.total_seconds())
        payout = create(
            request,
            SandboxKind.PAYOUT,
            mode=mode,
            status=SandboxStatus.PROCESSING,
            settles_at=request.at + (LATE_BY if mode == LATE_EFFECT else PAYOUT_TIME),
            settles_as=SandboxStatus.FAILED if fails else SandboxStatus.DONE,
            code="account_closed" if fails else "",
            details=details,
        )
        return view(payout)


def create_reversal(request: Request, *, payout: str) -> ObjectView:
    """Take back (a part of) what was paid, if the supplier's account still has it: else `insufficient_funds`."""
    with door("reversal", request.key) as mode:
        parent = locked(payout, SandboxKind.PAYOUT)
        made = SandboxObject.objects.filter(request_key=request.key).exists()
        if not made:
            _demand_reversible(parent, request, mode)
        back = create(
            request,
            SandboxKind.REVERSAL,
            mode=mode,
            status=SandboxStatus.DONE,
            parent=parent,
            received_minor=request.money.amount_minor,
        )
        if not made:
            book(back, MovementType.PAYOUT_REVERSED, back.amount_minor, back.appears_at or request.at)
        return view(back)


def create_account(
    request: Request, *, supplier: str, legal_name: str, country: str, return_url: str
) -> ObjectView:
    """Register a supplier: an account that cannot receive until its people have answered what is asked."""
    with door("account", request.key) as mode:
        made = create(
            request,
            SandboxKind.ACCOUNT,
            mode=mode,
            status=SandboxStatus.INCOMPLETE,
            description=legal_name[:300],
            return_url=return_url,
            details={"supplier": supplier, "country": country, "missing": list(ASKED_OF_A_SUPPLIER)},
        )
        return view(made)


def answer_for_account(ref: str, *, missing: Sequence[str], at: datetime) -> ObjectView:
    """The supplier's people answered on the sandbox's page; what is still `missing` keeps the account closed."""
    with transaction.atomic(durable=True):
        account = locked(ref, SandboxKind.ACCOUNT, at=at)
        left = [name for name in ASKED_OF_A_SUPPLIER if name in missing]
        account.details |= {"missing": left}
        account.code = ""
        change(account, SandboxStatus.INCOMPLETE if left else SandboxStatus.ACTIVE, at, "account.updated")
        return view(account)


def restrict_account(ref: str, *, at: datetime, lift: bool = False) -> ObjectView:
    """The account loses the right to receive money (a check by the sandbox), or gets it back."""
    with transaction.atomic(durable=True):
        account = locked(ref, SandboxKind.ACCOUNT, at=at)
        account.details |= {"missing": [] if lift else ["identity_document"]}
        account.code = "" if lift else "identity_check_failed"
        change(account, SandboxStatus.ACTIVE if lift else SandboxStatus.RESTRICTED, at, "account.updated")
        return view(account)


def _demand_reversible(payout: SandboxObject, request: Request, mode: str) -> None:
    before = sum(payout.parts.values_list("amount_minor", flat=True))
    if not is_done(payout):
        raise SandboxError("payout_not_paid")
    if payout.currency != request.money.currency:
        raise SandboxError("currency_mismatch")
    if before + request.money.amount_minor > payout.amount_minor:
        raise SandboxError("reversal_exceeds_payout")
    if mode == INSUFFICIENT or payout.details.get("empty"):
        raise SandboxError(INSUFFICIENT)


def _demand_able(account_ref: str) -> None:
    if not account_ref:
        return
    account = locked(account_ref, SandboxKind.ACCOUNT)
    if account.status != SandboxStatus.ACTIVE:
        raise SandboxError("account_cannot_receive")
