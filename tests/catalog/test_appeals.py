"""Appeals: once against a decision, decided by somebody else, nothing past an open one, both sides told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from catalog import operations
from catalog.errors import AppealNotFound, AppealOpen, NothingToAppeal, ReasonMissing
from catalog.models import Appeal, ModerationDecision, Product
from catalog.states import AppealState, DecisionStep, ProductState
from marketplace.core.actors import Actor
from marketplace.core.errors import IllegalTransition, NotAllowed
from marketplace.core.ids import new_key
from marketplace.notifications.models import Notification
from tests.factories import AT
from tests.factories.accounts import a_company, a_member, owner_of, signed_in, staff
from tests.factories.appeals import a_lodged_appeal, a_rejected_product, a_suspended_product
from tests.factories.catalog import a_draft, a_live_product
from tests.factories.files import a_pdf
from tests.factories.holds import pump

pytestmark = pytest.mark.django_db


def decide(appeal: Appeal, *, granted: bool, by: Actor | None = None, answer: str = "Read again.") -> Appeal:
    actor = by or staff("moderation")
    return operations.decide_appeal(
        appeal_ref=appeal.ref, granted=granted, answer=answer, actor=actor, key=new_key(), at=AT
    )


def state_of(product: Product) -> str:
    return Product.objects.get(pk=product.pk).state


def test_an_appeal_against_a_rejection_waits_in_review_and_another_moderator_grants_it() -> None:
    first = staff("moderation")
    product = a_rejected_product(first)
    appeal = a_lodged_appeal(product, document=a_pdf("mill.pdf", "mill"))
    assert state_of(product) == ProductState.IN_REVIEW
    assert appeal.due_at == AT + timedelta(days=5)
    for same_person in (first, replace(first, company_id=a_company().pk)):
        with pytest.raises(NotAllowed):
            decide(appeal, granted=True, by=same_person)
    assert (state_of(product), Appeal.objects.get().state) == (ProductState.IN_REVIEW, AppealState.OPEN)
    decide(appeal, granted=True)
    assert state_of(product) == ProductState.LIVE
    assert ModerationDecision.objects.latest("pk").step == DecisionStep.APPEAL_GRANTED
    with pytest.raises(IllegalTransition):
        decide(appeal, granted=False)


def test_a_refused_appeal_leaves_the_decision_and_says_why() -> None:
    product = a_suspended_product()
    decide(a_lodged_appeal(product), granted=False, answer="The papers name another country.")
    product.refresh_from_db()
    assert product.state == ProductState.SUSPENDED
    assert Appeal.objects.get().answer == "The papers name another country."
    rejected = a_rejected_product()
    decide(a_lodged_appeal(rejected), granted=False, answer="Still not these goods.")
    rejected.refresh_from_db()
    assert (rejected.state, rejected.review_note) == (ProductState.DRAFT, "Still not these goods.")


def test_one_appeal_for_one_decision_and_none_without() -> None:
    product = a_suspended_product()
    decide(a_lodged_appeal(product), granted=False)
    for other in (product, a_draft(), a_live_product(), a_rejected_product(at=AT - timedelta(days=31))):
        with pytest.raises(NothingToAppeal):
            a_lodged_appeal(other)
    with pytest.raises(ReasonMissing):
        a_lodged_appeal(a_rejected_product(), text="  ")
    assert Appeal.objects.count() == 1


def test_sending_an_appeal_twice_is_one() -> None:
    product, key = a_rejected_product(), new_key()
    for _turn in range(2):
        operations.lodge_appeal(
            product_ref=product.ref, text="Ours.", actor=owner_of(product.supplier), key=key, at=AT
        )
    assert Appeal.objects.count() == 1


def test_nobody_decides_past_an_open_appeal() -> None:
    product = a_rejected_product()
    a_lodged_appeal(product)
    moderator = staff("moderation")
    with pytest.raises(AppealOpen):
        operations.approve_product(product_ref=product.ref, actor=moderator, key=new_key(), at=AT)
    with pytest.raises(AppealOpen):
        operations.reject_product(
            product_ref=product.ref, reason="No.", actor=moderator, key=new_key(), at=AT
        )
    with pytest.raises(AppealOpen):
        operations.withdraw_from_review(
            product_ref=product.ref, actor=owner_of(product.supplier), key=new_key(), at=AT
        )
    assert state_of(product) == ProductState.IN_REVIEW
    shown = signed_in(moderator).get(reverse("desk_moderation_product", args=[product.ref])).content.decode()
    assert reverse("desk_appeal", args=[Appeal.objects.get().ref]) in shown
    assert reverse("desk_moderation_approve", args=[product.ref]) not in shown


def test_who_may_not_appeal_or_decide() -> None:
    product = a_rejected_product()
    with pytest.raises(NotAllowed):
        a_lodged_appeal(product, actor=a_member(product.supplier, "finance"))
    appeal = a_lodged_appeal(product)
    with pytest.raises(AppealNotFound):
        decide(appeal, granted=True, by=owner_of(product.supplier))
    with pytest.raises(AppealNotFound):
        decide(appeal, granted=True, by=owner_of(a_company()))
    assert Appeal.objects.get().state == AppealState.OPEN


@time_machine.travel(AT, tick=False)
def test_both_sides_are_told_and_the_pages_lead_through_it() -> None:
    first, second = staff("moderation"), staff("moderation")
    product = a_suspended_product(first)
    supplier = signed_in(owner_of(product.supplier))
    here = reverse("workbench_appeal", args=[product.ref])
    assert here in supplier.get(reverse("workbench_product", args=[product.ref])).content.decode()
    refused = supplier.post(here, {"idempotency_key": new_key(), "text": ""})
    assert refused.status_code == 422
    sent = supplier.post(
        here, {"idempotency_key": new_key(), "text": "Our papers say so.", "document": a_pdf("p.pdf", "p")}
    )
    assert sent.status_code == 302
    appeal = Appeal.objects.get()
    case = reverse("desk_appeal", args=[appeal.ref])
    assert case in signed_in(second).get(reverse("desk_appeals")).content.decode()
    assert "another moderator decides" in signed_in(first).get(case).content.decode()
    assert signed_in(second).post(case, {"idempotency_key": new_key(), "answer": ""}).status_code == 422
    assert appeal.document is not None
    paper = reverse("file", args=[appeal.document.ref])
    assert signed_in(second).get(paper).status_code == 200
    assert signed_in(owner_of(a_company())).get(paper).status_code == 404
    answer = {"idempotency_key": new_key(), "answer": "The papers are right.", "outcome": "granted"}
    assert signed_in(second).post(case, answer).status_code == 302
    assert state_of(product) == ProductState.LIVE
    assert "The papers are right." in supplier.get(here).content.decode()
    pump(AT + timedelta(days=1))
    titles = list(Notification.objects.values_list("title", flat=True))
    assert any(title.startswith("Appeal granted:") for title in titles)
    assert any(title.startswith("Appeal: ") for title in titles)


def test_a_decision_tells_its_reason_and_the_way_to_appeal() -> None:
    rejected, suspended = a_rejected_product(), a_suspended_product()
    pump(AT)
    told = Notification.objects.filter(title__regex="^(Sent back|Suspended)")
    bodies = {one.url.rsplit("/", 2)[-2]: one.body for one in told}
    assert "The pictures are not of these goods." in bodies[rejected.ref]
    assert "The origin is in doubt." in bodies[suspended.ref]
    assert all("appeal once within 30 days" in body for body in bodies.values())
