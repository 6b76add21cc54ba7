"""Batches for the bank: who may be in one, who approves, that a file leaves once, and what became of each line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from marketplace.accounts.operations import expire_verification
from marketplace.accounts.queries import actor_for
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed, NotFound
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import AT, days
from tests.factories.accounts import a_company, a_member, user_of
from tests.factories.banking import (
    Booking,
    a_batch,
    an_account,
    an_exported_batch,
    officer,
    taken,
)
from tests.factories.payments import HOLDS, a_payment, a_payout, a_received_transfer, a_refund, told
from trade_assurance.payments import operations
from trade_assurance.payments.errors import (
    BankAccountKnown,
    BankAccountWrong,
    BatchApprovedBefore,
    BatchEmpty,
    BatchExportedBefore,
    BatchNeedsApproval,
    BatchPartlyPaid,
    BatchStateWrong,
    DestinationMissing,
    LineNotPayable,
    NothingToConfirm,
    OwnCompanyAtDesk,
    ProofMissing,
    ReasonMissing,
)
from trade_assurance.payments.models import (
    PayoutBatch,
    PayoutBatchApproval,
    PayoutBatchExport,
    PayoutBatchLine,
    ProviderOperation,
)

pytestmark = pytest.mark.django_db
SMALL, LARGE = Money(5_000, "USD"), Money(1_000_001, "USD")


def approve(batch: PayoutBatch, actor: Actor | None = None) -> PayoutBatch:
    return operations.approve_batch(batch_ref=batch.ref, actor=actor or officer(), key=new_key(), at=AT)


def export(
    batch: PayoutBatch, *, form: str = "pain001", again: bool = False, actor: Actor | None = None
) -> bytes:
    made = operations.export_batch(
        batch_ref=batch.ref, form=form, again=again, actor=actor or officer(), at=AT + days(1)
    )
    return made.content


def outcome(batch: PayoutBatch, *, paid: bool = True, **over: object) -> PayoutBatch:
    facts: dict[str, object] = {
        "batch_ref": batch.ref,
        "line_ids": list(batch.lines.filter(released_at=None).values_list("pk", flat=True)),
        "paid": paid,
        "reference": "OUT 1" if paid else "",
        "reason": "" if paid else "Account closed",
        "proof": None,
        "actor": officer(),
        "key": new_key(),
        "at": AT,
    }
    return operations.record_outcomes(**facts | over)  # type: ignore[arg-type]


def bank_refund(money: Money = SMALL) -> ProviderOperation:
    payment = a_payment()
    taken(Booking(payment.money, payment.reference, new_key()[:12]))
    return ProviderOperation.objects.get(subject=a_refund(payment, money).ref)


def test_small_batch_leaves_with_its_makers_approval_and_freezes_what_it_says() -> None:
    payout, refund = a_payout(money=SMALL), bank_refund()
    batch = a_batch([payout, refund])
    assert (batch.approvals_needed, batch.approvals_given, batch.total_minor) == (1, 1, 10_000)
    content = export(batch)
    batch.refresh_from_db()
    assert (batch.state, batch.sha256) == ("exported", hashlib.sha256(content).hexdigest())
    text = content.decode()
    assert payout.subject.replace("_", "-") in text
    assert "GB33BUKB20201555555555" in text  # where the refund's money came from
    assert f"<ReqdExctnDt>\n        <Dt>{AT + days(1):%Y-%m-%d}</Dt>" in text.replace(
        "      <Dt>", "      <Dt>"
    )


def test_same_batch_exported_again_is_the_same_bytes_and_says_so_first() -> None:
    batch = a_batch([a_payout(money=SMALL)])
    first = export(batch)
    with pytest.raises(BatchExportedBefore) as refused:
        export(batch)
    assert "paid twice" in refused.value.text
    assert export(batch, again=True) == first
    assert export(batch, form="csv", again=True) == export(batch, form="csv", again=True)
    assert PayoutBatchExport.objects.count() == 4
    with pytest.raises(NotFound):
        export(batch, form="exe", again=True)


def test_batch_above_the_limit_needs_another_officer() -> None:
    maker = officer()
    batch = a_batch([a_payout(money=LARGE)], actor=maker)
    assert batch.approvals_needed == 2
    with pytest.raises(BatchNeedsApproval):
        export(batch, actor=maker)
    with pytest.raises(BatchApprovedBefore):
        approve(batch, maker)
    assert PayoutBatchApproval.objects.count() == 1
    approve(batch)
    assert export(batch, actor=maker)
    with pytest.raises(BatchStateWrong):
        approve(batch)


@pytest.mark.parametrize(("minor", "needed"), [(1_500_000, 1), (1_500_001, 2)])
def test_limit_of_a_batch_is_its_currencys(minor: int, needed: int) -> None:
    payout = a_payout(money=Money(minor, "JPY"))
    assert a_batch([payout], currency="JPY").approvals_needed == needed


def test_transfer_stands_in_one_batch_at_most() -> None:
    payout = a_payout(money=SMALL)
    batch = a_batch([payout])
    with pytest.raises(NothingToConfirm):
        a_batch([payout])
    operations.cancel_batch(batch_ref=batch.ref, reason="Wrong day", actor=officer(), key=new_key(), at=AT)
    other = a_batch([payout])
    assert PayoutBatchLine.objects.filter(released_at=None).get().batch_id == other.pk
    with pytest.raises(BatchStateWrong):
        export(batch)


def test_what_was_settled_by_hand_is_not_in_the_file() -> None:
    done, waiting = a_payout(money=SMALL), a_payout(money=SMALL)
    batch = a_batch([done, waiting])
    operations.confirm_bank_payout(
        subject=done.subject, reference="BY HAND", proof=None, actor=officer(), key=new_key(), at=AT
    )
    text = export(batch).decode()
    assert done.subject.replace("_", "-") not in text
    assert waiting.subject.replace("_", "-") in text
    batch.refresh_from_db()
    assert batch.total_minor == 5_000
    alone = a_batch([a_payout(money=SMALL)])
    operations.fail_bank_payout(
        subject=alone.lines.get().subject, reason="x", actor=officer(), key=new_key(), at=AT
    )
    with pytest.raises(BatchEmpty):
        export(alone)


@pytest.mark.parametrize("step", ["make", "approve", "export", "record"])
def test_officer_of_a_company_concerned_does_nothing_with_its_batch(step: str) -> None:
    person = officer()
    mine = a_company(owner=user_of(person))
    me = actor_for(user_of(person), None)
    payout = a_payout(money=SMALL, payee=mine)
    if step == "make":
        with pytest.raises(LineNotPayable):
            a_batch([payout], actor=me)
        assert PayoutBatch.objects.count() == 0
        return
    batch = an_exported_batch([payout]) if step == "record" else a_batch([payout])
    steps: dict[str, Callable[[], object]] = {
        "approve": lambda: approve(batch, me),
        "export": lambda: export(batch, actor=me),
        "record": lambda: outcome(batch, actor=me),
    }
    with pytest.raises(OwnCompanyAtDesk):
        steps[step]()
    batch.refresh_from_db()
    payout.refresh_from_db()
    assert (batch.approvals_given, payout.state) == (1, "pending")


def test_nobody_but_finance_officers_touches_a_batch() -> None:
    payout = a_payout(money=SMALL)
    with pytest.raises(NotAllowed):
        a_batch([payout], actor=a_member())
    batch = a_batch([payout])
    for actor in (a_member(), HOLDS):
        with pytest.raises(NotAllowed):
            export(batch, actor=actor)


def test_payout_of_an_expired_company_stays_out() -> None:
    seller = a_company(verified=True)
    payout = a_payout(money=SMALL, payee=seller)
    expire_verification(company_ref=seller.ref, actor=Actor.system("clock"), at=AT)
    with pytest.raises(LineNotPayable, match="expired"):
        a_batch([payout])


def test_refund_without_a_known_account_waits_until_one_is_entered_and_then_two_look_at_it() -> None:
    refund = ProviderOperation.objects.get(subject=a_refund(a_received_transfer(), SMALL).ref)
    with pytest.raises(LineNotPayable):
        a_batch([refund])
    for details in ({"holder": "", "account_number": "12345678"}, {"holder": "A", "account_number": "DE00"}):
        with pytest.raises(DestinationMissing):
            operations.set_refund_destination(
                refund_ref=refund.subject, details=details, actor=officer(), at=AT
            )
    operations.set_refund_destination(
        refund_ref=refund.subject,
        details={"holder": "Harbor Foods", "account_number": "GB33BUKB20201555555555"},
        actor=officer(),
        at=AT,
    )
    batch = a_batch([refund])
    assert batch.approvals_needed == 2
    with pytest.raises(NothingToConfirm):
        operations.set_refund_destination(
            refund_ref=refund.subject,
            details={"holder": "Thief", "account_number": "12345678"},
            actor=officer(),
            at=AT,
        )


def test_outcomes_confirm_and_fail_line_by_line() -> None:
    paid, failed = a_payout(money=SMALL), a_payout(money=Money(7_000, "USD"))
    batch = an_exported_batch([paid, failed])
    first, second = batch.lines.order_by("pk")
    with pytest.raises(ProofMissing):
        outcome(batch, line_ids=[first.pk], reference="")
    with pytest.raises(ReasonMissing):
        outcome(batch, line_ids=[first.pk], paid=False, reason="")
    with pytest.raises(BatchEmpty):
        outcome(batch, line_ids=[])
    key, actor = new_key(), officer()
    for _turn in range(2):
        outcome(batch, line_ids=[first.pk], key=key, actor=actor)
    outcome(batch, line_ids=[second.pk], paid=False)
    assert told("payout_confirmed", "payout_failed") == [
        ("payout_confirmed", 5_000),
        ("payout_failed", 7_000),
    ]
    with pytest.raises(NothingToConfirm):
        outcome(batch, line_ids=[first.pk])


def test_file_that_the_bank_refused_frees_its_transfers_for_a_batch_of_two_persons() -> None:
    payout = a_payout(money=SMALL)
    batch = an_exported_batch([payout])
    operations.reject_batch(batch_ref=batch.ref, reason="Wrong format", actor=officer(), key=new_key(), at=AT)
    batch.refresh_from_db()
    assert batch.state == "rejected"
    assert a_batch([payout]).approvals_needed == 2
    partly = an_exported_batch([a_payout(money=SMALL), a_payout(money=SMALL)])
    outcome(partly, line_ids=[partly.lines.order_by("pk")[0].pk])
    with pytest.raises(BatchPartlyPaid):
        operations.reject_batch(batch_ref=partly.ref, reason="Wrong", actor=officer(), key=new_key(), at=AT)


def test_withdrawn_line_waits_for_another_batch_and_the_last_one_ends_it() -> None:
    one, two = a_payout(money=SMALL), a_payout(money=SMALL)
    batch = a_batch([one, two])
    for line in batch.lines.order_by("pk"):
        operations.withdraw_line(
            batch_ref=batch.ref, line_id=line.pk, reason="Asked to wait", actor=officer(), at=AT
        )
    batch.refresh_from_db()
    assert (batch.state, batch.total_minor) == ("cancelled", 0)
    assert a_batch([one, two]).total_minor == 10_000


def test_batch_holds_one_currency_of_one_account() -> None:
    with pytest.raises(NothingToConfirm):
        a_batch([a_payout(money=SMALL), a_payout(money=Money(5, "JPY"))])
    with pytest.raises(BatchEmpty):
        a_batch([])


def test_same_key_makes_one_batch() -> None:
    payout, key, actor = a_payout(money=SMALL), new_key(), officer()
    made = [
        operations.create_batch(
            account_ref=an_account().ref,
            operation_ids=[payout.pk],
            execute_on=AT.date(),
            actor=actor,
            key=key,
            at=AT,
        )
        for _turn in range(2)
    ]
    assert made[0].pk == made[1].pk
    assert PayoutBatch.objects.count() == 1


def test_account_is_checked_and_entered_once() -> None:
    account = an_account()
    details = account.as_destination()
    with pytest.raises(BankAccountKnown):
        operations.add_bank_account(currency="USD", details=details, country="DE", actor=officer(), at=AT)
    for change, field in (
        ({"account_number": "DE00"}, "account_number"),
        ({"bank_code": "NO"}, "bank_code"),
        ({"holder": "株式会社"}, "holder"),
    ):
        with pytest.raises(BankAccountWrong) as refused:
            operations.add_bank_account(
                currency="EUR", details=details | change, country="", actor=officer(), at=AT
            )
        assert refused.value.field == field
