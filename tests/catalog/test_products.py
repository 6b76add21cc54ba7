"""Listings: made, edited, reviewed, paused. Every refusal leaves the listing as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from catalog import errors, operations
from catalog.models import PriceTier, Product, ProductChange, SearchEntry
from catalog.queries import offer_for_order
from catalog.queries.listings.stored import facts_of
from catalog.states import PRODUCT_TRANSITIONS, ProductState
from marketplace.core.actors import Actor
from marketplace.core.errors import IllegalTransition, KeyReused, NotAllowed
from marketplace.core.ids import new_key
from marketplace.core.models import OutboxEvent
from marketplace.core.outbox import deliver_due
from marketplace.notifications.models import Notification
from tests.factories import AT, days
from tests.factories.accounts import a_company, a_member, a_person, owner_of, staff
from tests.factories.catalog import (
    MODERATOR,
    a_draft,
    a_live_product,
    a_submitted_product,
    rice_facts,
    tiers,
)

pytestmark = pytest.mark.django_db
Step = Callable[[Product], object]


def seller(product: Product) -> Actor:
    return owner_of(product.supplier)


def edited(product: Product, *, key: str = "", at: datetime = AT, **over: Any) -> Product:
    facts = replace(facts_of(product), **over)
    return operations.edit_product(
        product_ref=product.ref, facts=facts, actor=seller(product), key=key or new_key(), at=at
    )


STEPS: dict[str, Step] = {
    "submit": lambda p: operations.submit_for_review(product_ref=p.ref, actor=seller(p), key=new_key(), at=AT),
    "withdraw": lambda p: operations.withdraw_from_review(product_ref=p.ref, actor=seller(p), key=new_key(), at=AT),
    "pause": lambda p: operations.pause_product(product_ref=p.ref, actor=seller(p), key=new_key(), at=AT),
    "resume": lambda p: operations.resume_product(product_ref=p.ref, actor=seller(p), key=new_key(), at=AT),
    "approve": lambda p: operations.approve_product(product_ref=p.ref, actor=MODERATOR, key=new_key(), at=AT),
    "reject": lambda p: operations.reject_product(product_ref=p.ref, reason="No", actor=MODERATOR, key=new_key(), at=AT),
    "suspend": lambda p: operations.suspend_product(product_ref=p.ref, reason="No", actor=MODERATOR, key=new_key(), at=AT),
    "reinstate": lambda p: operations.reinstate_product(product_ref=p.ref, actor=MODERATOR, key=new_key(), at=AT),
}  # fmt: skip


def in_state(state: str) -> Product:
    path = {
        "draft": [],
        "in_review": ["submit"],
        "live": ["submit", "approve"],
        "paused": ["submit", "approve", "pause"],
        "suspended": ["submit", "approve", "suspend"],
    }[state]
    product = a_draft()
    for step in path:
        STEPS[step](product)
    product.refresh_from_db()
    assert product.state == state
    return product


# The pairs that PRODUCT.md allows, written out again.
LEGAL = {
    ("draft", "submit"): "in_review",
    ("in_review", "withdraw"): "draft",
    ("in_review", "approve"): "live",
    ("in_review", "reject"): "draft",
    ("live", "pause"): "paused",
    ("paused", "resume"): "live",
    ("live", "suspend"): "suspended",
    ("paused", "suspend"): "suspended",
    ("suspended", "reinstate"): "live",
}


@pytest.mark.parametrize("state", [state.value for state in ProductState])
@pytest.mark.parametrize("step", STEPS)
def test_every_step_from_every_state(state: str, step: str) -> None:
    product = in_state(state)
    transitions = product.transitions.count()
    target = LEGAL.get((state, step))
    if target is None:
        with pytest.raises((IllegalTransition, errors.ProductNotFound)):
            STEPS[step](product)
    else:
        STEPS[step](product)
    product.refresh_from_db()
    assert product.state == (target or state)
    assert product.transitions.count() == transitions + (target is not None)
    assert SearchEntry.objects.filter(product=product).exists() == (product.state == "live")


def test_the_table_has_exactly_the_pairs_that_the_steps_take() -> None:
    taken = {(source, target) for (source, _step), target in LEGAL.items()}
    assert {
        (source, target) for source, targets in PRODUCT_TRANSITIONS.items() for target in targets
    } == taken


def test_a_title_is_enough_for_a_draft() -> None:
    company = a_company()
    product = operations.create_product(
        supplier_id=company.pk,
        facts=replace(rice_facts(), category_code="", description="", hs_code="", origin="", unit_code="", moq=None, order_multiple=None, currency="", incoterms_rule="", named_place="", lead_time_days=None, packaging="", units_per_package=None, net_weight_kg=None, gross_weight_kg=None, tiers=()),
        actor=owner_of(company),
        key=new_key(),
        at=AT,
    )  # fmt: skip
    assert product.state == "draft"
    with pytest.raises(errors.ListingIncomplete) as incomplete:
        operations.submit_for_review(product_ref=product.ref, actor=owner_of(company), key=new_key(), at=AT)
    assert set(incomplete.value.missing) == {
        "category_code", "description", "hs_code", "origin", "unit_code", "moq", "order_multiple", "currency",
        "tiers", "incoterms_rule", "named_place", "lead_time_days",
    }  # fmt: skip
    product.refresh_from_db()
    assert product.state == "draft"


def test_the_facts_that_a_category_demands_are_missing_until_stated() -> None:
    product = a_draft(attributes={"variety": "Basmati"})
    with pytest.raises(errors.ListingIncomplete) as incomplete:
        STEPS["submit"](product)
    assert set(incomplete.value.missing) == {"attributes.broken_share"}


@pytest.mark.parametrize(
    ("field", "over"),
    [
        ("title", {"title": "  "}),
        ("title", {"title": "12345"}),
        ("title", {"title": "x" * 141}),
        ("category_code", {"category_code": "no-such"}),
        ("category_code", {"category_code": "fresh-produce"}),
        ("hs_code", {"hs_code": "10063"}),
        ("hs_code", {"hs_code": "10063012345"}),
        ("hs_code", {"hs_code": "770100"}),
        ("hs_code", {"hs_code": "100699"}),
        ("hs_code", {"hs_code": "10O630"}),
        ("hs_code", {"hs_code": "١٠٠٦٣٠"}),
        ("origin", {"origin": "XX"}),
        ("unit_code", {"unit_code": "ZZZ"}),
        ("currency", {"currency": "XAU"}),
        ("currency", {"currency": "DOL"}),
        ("incoterms_rule", {"incoterms_rule": "DAT"}),
        ("moq", {"moq": Decimal(0)}),
        ("moq", {"moq": Decimal("5.0001")}),
        ("moq", {"moq": Decimal("NaN")}),
        ("moq", {"moq": Decimal("5.2")}),
        ("order_multiple", {"unit_code": "C62"}),
        ("lead_time_days", {"lead_time_days": -1}),
        ("lead_time_days", {"lead_time_days": 731}),
        ("net_weight_kg", {"net_weight_kg": Decimal(-1)}),
        ("gross_weight_kg", {"gross_weight_kg": Decimal(24)}),
        ("units_per_package", {"units_per_package": Decimal("Infinity")}),
        ("attributes.variety", {"attributes": {"variety": "x" * 201}}),
        ("attributes.broken_share", {"attributes": {"broken_share": "a lot"}}),
        ("attributes.harvest_year", {"attributes": {"harvest_year": "20.5"}}),
        ("attributes.vintage", {"attributes": {"vintage": "2023"}}),
        ("tiers.1", {"tiers": (*tiers((5, "10")), *tiers((25, "11")))}),
        ("tiers.0", {"currency": "JPY", "moq": Decimal("0.5"), "tiers": tiers(("0.5", "0.5"))}),
    ],
)
def test_a_wrong_fact_is_refused_at_its_field_and_nothing_is_saved(field: str, over: dict[str, Any]) -> None:
    if "tiers" in over and field == "tiers.0":  # 0.5 × 0.5 yen is 0.25 yen: nothing, half up
        over = {**over, "order_multiple": Decimal("0.5")}
    company = a_company()
    with pytest.raises(errors.FieldErrors) as refused:
        operations.create_product(
            supplier_id=company.pk, facts=rice_facts(**over), actor=owner_of(company), key=new_key(), at=AT
        )
    assert field in refused.value.errors
    assert not Product.objects.exists()


def test_hs_code_is_taken_with_dots_and_kept_without() -> None:
    assert a_draft(hs_code="1006.30-90").hs_code == "10063090"


def test_direction_changing_and_control_signs_do_not_survive_in_a_title() -> None:
    assert a_draft(title="Rice\u202egnp.exe\u0000\n basmati").title == "Ricegnp.exe basmati"


def test_a_title_without_latin_letters_still_has_an_address() -> None:
    assert a_draft(title="新鲜水果").slug == "offer"


@pytest.mark.parametrize("role", ["purchasing", "finance", "viewer"])
def test_only_owners_and_sales_list(role: str) -> None:
    company = a_company()
    outsider = a_member(company, role)
    with pytest.raises(NotAllowed):
        operations.create_product(
            supplier_id=company.pk, facts=rice_facts(), actor=outsider, key=new_key(), at=AT
        )
    product = a_draft(company)
    with pytest.raises(NotAllowed):
        operations.edit_product(
            product_ref=product.ref, facts=rice_facts(title="Mine now"), actor=outsider, key=new_key(), at=AT
        )
    product.refresh_from_db()
    assert product.title == "1121 Steam Basmati Rice"


def test_sales_may_list() -> None:
    company = a_company()
    product = operations.create_product(
        supplier_id=company.pk, facts=rice_facts(), actor=a_member(company, "sales"), key=new_key(), at=AT
    )
    assert product.supplier_id == company.pk


def test_a_company_that_only_buys_lists_nothing() -> None:
    company = a_company(sells=False)
    with pytest.raises(errors.NotASupplier):
        operations.create_product(
            supplier_id=company.pk, facts=rice_facts(), actor=owner_of(company), key=new_key(), at=AT
        )


@pytest.mark.parametrize("step", ["edit", "submit", "pause", "image", "tiers"])
def test_a_rival_touches_nothing(step: str) -> None:
    product, rival = in_state("live") if step == "pause" else in_state("draft"), a_member()
    calls: dict[str, Callable[[], object]] = {
        "edit": lambda: operations.edit_product(
            product_ref=product.ref, facts=rice_facts(title="Theirs"), actor=rival, key=new_key(), at=AT
        ),
        "submit": lambda: operations.submit_for_review(
            product_ref=product.ref, actor=rival, key=new_key(), at=AT
        ),
        "pause": lambda: operations.pause_product(product_ref=product.ref, actor=rival, key=new_key(), at=AT),
        "image": lambda: operations.add_image(
            product_ref=product.ref, upload=b"", actor=rival, key=new_key(), at=AT
        ),
        "tiers": lambda: operations.set_price_tiers(
            product_ref=product.ref, tiers=tiers((5, "1")), actor=rival, key=new_key(), at=AT
        ),
    }
    refusal = NotAllowed if step == "pause" else errors.ProductNotFound  # a live product is no secret
    with pytest.raises(refusal):
        calls[step]()
    product.refresh_from_db()
    assert (product.title, product.revision) == ("1121 Steam Basmati Rice", 1)


def test_a_draft_cannot_be_ordered_nor_priced() -> None:
    for state in ("draft", "in_review", "paused", "suspended"):
        with pytest.raises(errors.ProductNotFound):
            offer_for_order(product_ref=in_state(state).ref, quantity=Decimal(5))


def test_nobody_orders_from_themselves() -> None:
    product = a_live_product()
    with pytest.raises(errors.OwnProduct):
        offer_for_order(product_ref=product.ref, quantity=Decimal(5), buyer_company_id=product.supplier_id)


def test_an_offer_is_priced_by_its_tier_and_rounded_once() -> None:
    product = a_live_product(currency="KWD", tiers=tiers((5, "0.123456")))
    offer = offer_for_order(product_ref=product.ref, quantity=Decimal("7.5"))
    assert (offer.unit_price, offer.amount.amount_minor) == (Decimal("0.123456"), 926)  # 0.92592, half up


def test_an_amount_beyond_what_one_order_holds_is_refused() -> None:
    product = a_live_product(tiers=tiers((5, "900000000")))
    with pytest.raises(errors.QuantityTooLarge):
        offer_for_order(product_ref=product.ref, quantity=Decimal(90_000_000))


def test_a_price_change_of_a_live_product_holds_at_once_and_leaves_a_trace() -> None:
    product = a_live_product()
    operations.set_price_tiers(
        product_ref=product.ref,
        tiers=tiers((5, "1000")),
        actor=seller(product),
        key=new_key(),
        at=AT + days(1),
    )
    assert offer_for_order(product_ref=product.ref, quantity=Decimal(5)).unit_price == Decimal(1000)
    change = ProductChange.objects.get(product=product)
    assert change.before == {"tiers": [["5", "1180"], ["25", "1125"], ["100", "1068"]]}
    assert change.after == {"tiers": [["5", "1000"]]}
    product.refresh_from_db()
    assert product.changed_since_review_at is None
    assert SearchEntry.objects.get(product=product).tier_prices == [Decimal(1000)]


def test_changed_words_of_a_live_product_go_before_a_moderator_again() -> None:
    product = a_live_product()
    edited(product, title="Broken rice, animal feed", at=AT + days(1))
    product.refresh_from_db()
    assert (product.state, product.changed_since_review_at) == ("live", AT + days(1))
    with pytest.raises(errors.ChangedMeanwhile):
        operations.confirm_changes(product_ref=product.ref, revision=1, actor=MODERATOR, key=new_key(), at=AT)
    operations.confirm_changes(
        product_ref=product.ref, revision=product.revision, actor=MODERATOR, key=new_key(), at=AT
    )
    product.refresh_from_db()
    assert product.changed_since_review_at is None


def test_saving_without_a_change_changes_nothing() -> None:
    product = a_live_product()
    edited(product)
    product.refresh_from_db()
    assert (product.revision, ProductChange.objects.count()) == (1, 0)


def test_a_live_listing_cannot_be_emptied() -> None:
    product = a_live_product()
    emptied: list[dict[str, Any]] = [{"hs_code": ""}, {"tiers": ()}, {"description": ""}, {"attributes": {}}]
    for over in emptied:
        with pytest.raises(errors.ListingIncomplete):
            edited(product, **over)
    product.refresh_from_db()
    assert (product.revision, PriceTier.objects.filter(variant__product=product).count()) == (1, 3)


def test_postgres_itself_refuses_an_incomplete_live_product() -> None:
    product = a_live_product()
    with pytest.raises(IntegrityError, match="product_is_complete_once_submitted"), transaction.atomic():
        Product.objects.filter(pk=product.pk).update(hs_code="")


def test_a_listing_in_review_stands_still() -> None:
    product = a_submitted_product()
    with pytest.raises(errors.NotEditable):
        edited(product, title="Something else")
    product.refresh_from_db()
    assert product.title == "1121 Steam Basmati Rice"


def test_nobody_saves_over_anothers_work() -> None:
    product = a_draft()
    edited(product, title="The first edit")
    with pytest.raises(errors.ChangedMeanwhile):
        operations.edit_product(
            product_ref=product.ref,
            facts=rice_facts(title="Blindly"),
            revision=1,
            actor=seller(product),
            key=new_key(),
            at=AT,
        )
    product.refresh_from_db()
    assert product.title == "The first edit"


def test_a_moderator_approves_only_what_they_read() -> None:
    product = a_submitted_product()
    STEPS["withdraw"](product)
    product.refresh_from_db()
    edited(product, title="Not what was read")
    STEPS["submit"](product)
    with pytest.raises(errors.ChangedMeanwhile):
        operations.approve_product(product_ref=product.ref, revision=1, actor=MODERATOR, key=new_key(), at=AT)
    product.refresh_from_db()
    assert product.state == "in_review"


@pytest.mark.parametrize("step", ["approve", "reject", "suspend"])
def test_a_moderator_does_not_decide_for_their_own_company(step: str) -> None:
    product = in_state("live" if step == "suspend" else "in_review")
    user = a_person(desks=("moderation",))
    insider = staff("moderation", user=user)
    insider = replace(insider, member_of=frozenset({product.supplier_id}))
    calls: dict[str, Callable[[], object]] = {
        "approve": lambda: operations.approve_product(
            product_ref=product.ref, actor=insider, key=new_key(), at=AT
        ),
        "reject": lambda: operations.reject_product(
            product_ref=product.ref, reason="x", actor=insider, key=new_key(), at=AT
        ),
        "suspend": lambda: operations.suspend_product(
            product_ref=product.ref, reason="x", actor=insider, key=new_key(), at=AT
        ),
    }
    before = product.state
    with pytest.raises(NotAllowed):
        calls[step]()
    product.refresh_from_db()
    assert product.state == before


def test_a_supplier_cannot_approve_nor_lift_a_suspension() -> None:
    waiting, suspended = in_state("in_review"), in_state("suspended")
    with pytest.raises(NotAllowed):
        operations.approve_product(product_ref=waiting.ref, actor=seller(waiting), key=new_key(), at=AT)
    with pytest.raises(NotAllowed):
        operations.reinstate_product(product_ref=suspended.ref, actor=seller(suspended), key=new_key(), at=AT)
    with pytest.raises(IllegalTransition):
        operations.resume_product(product_ref=suspended.ref, actor=seller(suspended), key=new_key(), at=AT)


@pytest.mark.parametrize("reason", ["", "   ", "\n\u202e\n"])
def test_a_rejection_needs_words(reason: str) -> None:
    product = in_state("in_review")
    with pytest.raises(errors.ReasonMissing):
        operations.reject_product(
            product_ref=product.ref, reason=reason, actor=MODERATOR, key=new_key(), at=AT
        )
    product.refresh_from_db()
    assert product.state == "in_review"


def test_the_reason_of_a_rejection_stands_on_the_draft_until_it_is_submitted_again() -> None:
    product = in_state("in_review")
    operations.reject_product(
        product_ref=product.ref, reason="The picture shows wheat.", actor=MODERATOR, key=new_key(), at=AT
    )
    product.refresh_from_db()
    assert product.review_note == "The picture shows wheat."
    STEPS["submit"](product)
    product.refresh_from_db()
    assert product.review_note == ""


def test_the_date_of_publication_is_the_first_one() -> None:
    product = a_live_product()
    operations.suspend_product(
        product_ref=product.ref, reason="x", actor=MODERATOR, key=new_key(), at=AT + days(2)
    )
    operations.reinstate_product(product_ref=product.ref, actor=MODERATOR, key=new_key(), at=AT + days(3))
    product.refresh_from_db()
    assert product.published_at == AT


def test_sending_a_form_twice_makes_one_product() -> None:
    company = a_company()
    key = new_key()
    again = [
        operations.create_product(
            supplier_id=company.pk, facts=rice_facts(), actor=owner_of(company), key=key, at=AT
        )
        for _ in range(2)
    ]
    assert again[0].pk == again[1].pk
    with pytest.raises(KeyReused):
        operations.create_product(
            supplier_id=company.pk,
            facts=rice_facts(title="Other rice"),
            actor=owner_of(company),
            key=key,
            at=AT,
        )
    assert Product.objects.count() == 1


def test_replayed_steps_answer_as_the_first_time_and_write_nothing() -> None:
    product, key = in_state("in_review"), new_key()
    for _ in range(2):
        operations.approve_product(product_ref=product.ref, actor=MODERATOR, key=key, at=AT)
    assert product.transitions.filter(to_state="live").count() == 1
    assert OutboxEvent.objects.filter(kind="product_approved", subject=product.ref).count() == 1


def test_supplier_and_moderators_are_told_once() -> None:
    moderator = staff("moderation")
    product = a_live_product()
    sales = a_member(product.supplier, "sales")
    operations.suspend_product(
        product_ref=product.ref, reason="The certificate is forged.", actor=MODERATOR, key=new_key(), at=AT
    )
    for _ in range(2):
        assert deliver_due(at=AT).failed == 0
    told = Notification.objects.filter(event__subject=product.ref, channel="page")
    assert told.get(recipient_id=moderator.user_id).title == "To review: 1121 Steam Basmati Rice"
    suspended = told.filter(event__kind="product_suspended")
    assert {row.recipient_id for row in suspended} == {seller(product).user_id, sales.user_id}
    assert all("The certificate is forged." in row.body for row in suspended)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_moderators_at_once_decide_once() -> None:
    product = a_submitted_product()
    refused = _race(
        lambda: operations.approve_product(product_ref=product.ref, actor=MODERATOR, key=new_key(), at=AT),
        lambda: operations.reject_product(
            product_ref=product.ref, reason="No", actor=MODERATOR, key=new_key(), at=AT
        ),
    )
    assert [type(error) for error in refused] in ([IllegalTransition], [errors.ProductNotFound])
    product.refresh_from_db()
    assert product.transitions.filter(from_state="in_review").count() == 1
    assert SearchEntry.objects.filter(product=product).exists() == (product.state == "live")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_one_key_sent_twice_at_once_makes_one_product() -> None:
    company = a_company()
    actor, key = owner_of(company), new_key()

    def create() -> object:
        return operations.create_product(
            supplier_id=company.pk, facts=rice_facts(), actor=actor, key=key, at=AT
        )

    assert _race(create, create) == []
    assert Product.objects.count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_suppliers_publishing_the_same_words_do_not_deadlock() -> None:
    listings = [
        a_submitted_product(title=f"Basmati {word} rice") for word in ("alpha", "beta", "gamma", "delta")
    ]
    refused = _race(
        *(
            lambda ref=product.ref: operations.approve_product(
                product_ref=ref, actor=MODERATOR, key=new_key(), at=AT
            )
            for product in listings
        )
    )
    assert refused == []
    assert SearchEntry.objects.count() == 4


def _race(*calls: Callable[[], object]) -> list[Exception]:
    """Run the calls at the same moment on connections of their own; what they raised."""
    barrier, raised = Barrier(len(calls)), []

    def run(call: Callable[[], object]) -> None:
        try:
            barrier.wait()
            call()
        except Exception as error:  # noqa: BLE001 -- handed to the test
            raised.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised
