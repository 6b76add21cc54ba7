"""The demo story as a whole: everything is there, nothing lies ahead, nothing is off, and it is told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from catalog.models import Product, SupplierFacts
from catalog.queries.trust.moderation import desk_page
from catalog.search import SearchSpec, find
from catalog.states import ProductState
from marketplace.accounts.models import Company, User
from marketplace.accounts.queries import actor_for, has_second_factor
from marketplace.accounts.states import VerificationState
from marketplace.core import clock
from marketplace.core.books import find_discrepancies
from marketplace.core.deadlines import oldest_overdue
from marketplace.core.models import Deadline, OutboxDelivery
from marketplace.demo.logins import as_table, demo_logins
from marketplace.demo.password import PASSWORD
from marketplace.demo.story import Mark, mark
from marketplace.files.models import StoredFile
from marketplace.notifications.models import Notification
from marketplace.notifications.states import Channel
from orders.models import Order, OrderTransition
from orders.states import OrderState
from trade_assurance.disputes.models import Bundle, Dispute, Offer, SealedRange, Strike
from trade_assurance.disputes.states import (
    BundleFor,
    DisputeState,
    InspectionState,
    OfferState,
    StrikeState,
)
from trade_assurance.holds.models import ChargebackPart, Credit, Hold, Incident, Payout, ReconciliationRun
from trade_assurance.holds.states import HoldState, IncidentState, PayoutState
from trade_assurance.ledger.models import Account, DayRoot
from trade_assurance.ledger.queries import verify
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.models import (
    BankStatement,
    BankStatementLine,
    Chargeback,
    Payment,
    PayoutBatch,
    Refund,
)
from trade_assurance.payments.states import (
    BatchState,
    ChargebackState,
    LineState,
    OperationState,
    PaymentState,
    RefundState,
    StatementState,
)

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
# Left to the worker on purpose: the smaller sizes of pictures.
WORKERS_PART = "catalog.prepare_image"


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("load_demo", "--without-pictures", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module", autouse=True)
def story(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Told once for all tests of this module, which only read; the database is emptied afterwards."""
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)
        yield told()
        call_command("flush", interactive=False, verbosity=0)


def test_load_demo_tells_of_every_state_a_trade_can_be_in() -> None:
    assert set(Order.objects.values_list("state", flat=True)) == {
        OrderState.PLACED,
        OrderState.CONFIRMED,
        OrderState.IN_PRODUCTION,
        OrderState.SHIPPED,
        OrderState.DELIVERED,
        OrderState.COMPLETED,
        OrderState.DECLINED,
        OrderState.LAPSED,
        OrderState.CANCELLED,
    }
    assert set(Hold.objects.values_list("state", flat=True)) == set(HoldState.values)
    assert set(Dispute.objects.values_list("state", flat=True)) == set(DisputeState.values) - {
        DisputeState.WITHDRAWN,
        DisputeState.CHARGED_BACK,
    }
    assert {ProductState.DRAFT, ProductState.IN_REVIEW, ProductState.PAUSED} < set(
        Product.objects.values_list("state", flat=True)
    )


def test_load_demo_leaves_something_for_everybody_to_do() -> None:
    assert Order.objects.filter(state=OrderState.PLACED, amendments__state="proposed").exists()
    assert Offer.objects.filter(state=OfferState.OPEN).exists()
    assert Dispute.objects.filter(state=DisputeState.ESCALATED, officer=None).exists()
    assert Dispute.objects.filter(state=DisputeState.ESCALATED, officer__isnull=False).exists()
    requested = Payout.objects.filter(state=PayoutState.REQUESTED)
    assert requested.filter(approvals_needed=2, approvals_given=1).exists()
    assert requested.filter(approvals_needed=1, approvals_given=0).exists()
    assert Payout.objects.filter(state=PayoutState.CONFIRMED).exists()
    assert Payment.objects.filter(provider="bank_transfer", state=PaymentState.PROCESSING).exists() or (
        Payment.objects.filter(provider="bank_transfer", state=PaymentState.STARTED).exists()
    )
    assert Payment.objects.filter(state=PaymentState.PARTLY_FUNDED).exists()
    assert set(Refund.objects.values_list("state", flat=True)) >= {
        RefundState.REQUESTED,
        RefundState.CONFIRMED,
    }
    desk = desk_page(actor_for(User.objects.get(email="moderator2@portolan.example"), None))
    assert (desk.appeals, desk.reported) == (2, 1)
    assert "text of another supplier" in {label for row in desk.waiting for label in row.flag_labels}
    assert Company.objects.filter(state=VerificationState.SUBMITTED).count() == 1
    assert Company.objects.filter(state=VerificationState.REJECTED).count() == 1
    assert Company.objects.filter(state=VerificationState.VERIFIED).count() >= 15


def test_load_demo_leaves_clean_books_and_nothing_undone() -> None:
    now = clock.now()
    asked_about = Incident.objects.get(state=IncidentState.OPEN)
    assert [row.subject for row in find_discrepancies()] == [f"incident {asked_about.ref}"]
    assert oldest_overdue(now) is None
    assert not Deadline.objects.filter(attempts__gt=0).exists()
    waiting = OutboxDelivery.objects.filter(delivered_at__isnull=True).exclude(consumer=WORKERS_PART)
    assert list(waiting) == []


def test_load_demo_fills_the_desk_of_the_bank() -> None:
    exported, waiting = PayoutBatch.objects.order_by("pk")
    assert (exported.state, waiting.state) == (BatchState.EXPORTED, BatchState.OPEN)
    assert (waiting.approvals_given, waiting.approvals_needed) == (1, 2)
    states = list(exported.lines.order_by("pk").values_list("operation__state", flat=True))
    assert sorted(states) == [OperationState.DONE, OperationState.DONE, OperationState.RETURNED]
    assert Payout.objects.filter(state=PayoutState.RETURNED).count() == 1
    statements = Counter(BankStatement.objects.values_list("account__currency", "state"))
    assert statements == {
        ("USD", StatementState.TAKEN): 3,
        ("EUR", StatementState.TAKEN): 1,
        ("USD", StatementState.READ): 1,
    }
    lines = Counter(BankStatementLine.objects.values_list("state", flat=True))
    assert lines[LineState.UNMATCHED] == 2
    assert lines[LineState.FEE] == 1
    assert lines[LineState.MATCHED] > 5  # what was recorded by hand before stands in them too


def test_load_demo_tells_of_chargebacks_debt_and_credit() -> None:
    states = set(Chargeback.objects.values_list("state", flat=True))
    assert states == {ChargebackState.OPEN, ChargebackState.WON, ChargebackState.LOST}
    frozen = ChargebackPart.objects.get(frozen_minor__gt=0)
    assert frozen.hold.frozen_minor == frozen.frozen_minor
    owed = Account.objects.filter(kind=AccountKind.SUPPLIER_DEBT, balance__lt=0)
    assert owed.count() == 1
    kept = Credit.objects.order_by("pk").values_list("amount_minor", "used_minor")
    assert list(kept) == [(120_000, 120_000), (50_000, 0)]


def test_load_demo_shows_evidence_inspections_and_an_appealed_strike() -> None:
    appealed = Dispute.objects.get(state=DisputeState.APPEALED)
    assert appealed.inspections.get().state == InspectionState.REPORTED
    assert SealedRange.objects.filter(dispute=appealed).exists()
    bundles = Bundle.objects.filter(made_at__isnull=False)
    ended = Dispute.objects.filter(state__in=[DisputeState.CLOSED, DisputeState.SETTLED])
    assert ended.count() >= 5, "enough for public figures"
    assert set(bundles.values_list("audience", flat=True)) == {BundleFor.BUYER, BundleFor.DESK}
    assert Strike.objects.get().state == StrikeState.APPEALED


def test_load_demo_releases_shipments_share_by_share() -> None:
    trade = Order.objects.get(lines__title__contains="Kabuli", shipments__state="delivered")
    by_state = Counter(trade.shipments.values_list("state", flat=True))
    assert by_state == {"accepted": 1, "delivered": 1, "packed": 1}
    hold = Hold.objects.get(order=trade, milestone__kind="scheduled")
    assert 0 < hold.released_minor < hold.held_minor
    assert Hold.objects.filter(order=trade, milestone__kind="top_up", state=HoldState.AWAITING_FUNDS).exists()
    light = Hold.objects.get(order__lines__title__contains="pepper", state=HoldState.SETTLED)
    assert light.refunded_minor * 125 == light.funded_minor  # 40 of 5,000 kg


def test_load_demo_compares_accounts_and_seals_its_day() -> None:
    corrected, waiting = Incident.objects.order_by(
        "pk"
    )  # and none about the bank, which was compared as well
    assert ReconciliationRun.objects.filter(provider="bank_transfer", error="").count() == 1
    assert corrected.state == IncidentState.CORRECTED
    assert waiting.owner_label
    assert waiting.notes.count() == 2
    assert DayRoot.objects.get().transactions > 100
    proved = verify()
    assert proved.first_break is None
    assert (proved.days, proved.unsealed) == (1, 0)


def test_load_demo_tells_nothing_that_lies_ahead() -> None:
    now = clock.now()
    assert not OrderTransition.objects.filter(at__gt=now).exists()
    assert not StoredFile.objects.filter(uploaded_at__gt=now).exists()
    assert not Notification.objects.filter(created_at__gt=now).exists()
    assert OrderTransition.objects.filter(at__gt=now - timedelta(days=1)).exists()


def test_load_demo_counts_what_suppliers_are_like() -> None:
    grower = SupplierFacts.objects.get(supplier__legal_name__contains="Valle Andino")
    completed = Order.objects.filter(supplier=grower.supplier, state=OrderState.COMPLETED).count()
    assert grower.orders_completed == completed > 0
    assert grower.answers_in_hours is not None


def test_load_demo_gives_importers_prices_of_their_own() -> None:
    company = Company.objects.get(members__user__email="jonas@hansekontor.example")
    asked = SearchSpec(query="blueberries", quantity=Decimal(3000), unit_code="KGM")
    own = [hit for hit in find(replace(asked, buyer_id=company.pk)).hits if hit.public_price is not None]
    assert [(hit.unit_price, hit.public_price) for hit in own] == [(Decimal("4.95"), Decimal("5.12"))]
    assert not any(hit.public_price for hit in find(asked).hits)


def test_load_demo_leaves_new_notices_and_old_ones_read() -> None:
    buyer = User.objects.get(email="jonas@hansekontor.example")
    rows = Notification.objects.filter(recipient=buyer, channel=Channel.PAGE)
    assert rows.filter(read_at__isnull=True).exists()
    assert rows.filter(read_at__isnull=False).exists()


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.Argon2PasswordHasher"])
def test_demo_logins_open_the_doors_they_name() -> None:
    logins = demo_logins()
    assert len(logins) == 9
    for login in logins:
        user = User.objects.get(email=login.email)
        assert user.check_password(PASSWORD)
        assert not user.desks or (has_second_factor(user.pk) and actor_for(user, None).desks)
    assert PASSWORD in "\n".join(as_table(logins))
    assert authenticate(email="anke@hansekontor.example", password=PASSWORD) is not None


def test_demo_people_all_have_reserved_addresses() -> None:
    assert not User.objects.exclude(email__endswith=".example").exists()


def test_load_demo_again_tells_nothing() -> None:
    before = Order.objects.count()
    assert "is there" in told("--if-empty")
    assert "is there" in told()
    assert Order.objects.count() == before
    assert mark() is Mark.COMPLETE


@override_settings(PORTOLAN_MODE="production")
def test_load_demo_outside_a_local_installation_is_refused() -> None:
    before = User.objects.count()
    for arguments in ([], ["--if-empty"], ["--reset"]):
        with pytest.raises(CommandError, match="local installations only"):
            told(*arguments)
    assert demo_logins() == []
    assert User.objects.count() == before
