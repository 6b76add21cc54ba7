"""Appeals about reviews: by the side a decision went against, once, decided by somebody else, both sides told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from catalog.errors import AppealOpen, NothingToAppeal, ReviewNotFound
from catalog.models import Review, ReviewAppeal, ReviewDecision
from catalog.operations import decide_review_appeal, judge_review, report_review
from catalog.queries.trust.review_desk import own_reviews, reviews_written
from catalog.states import AppealState, ReportReason, ReviewStep
from marketplace.core.actors import Actor
from marketplace.core.errors import IllegalTransition, NotAllowed
from marketplace.core.ids import new_key
from marketplace.notifications.models import Notification
from tests.factories import AT
from tests.factories.accounts import a_company, a_member, owner_of, signed_in, staff
from tests.factories.appeals import a_review_appeal, a_review_of, a_review_taken_down
from tests.factories.catalog import a_live_product
from tests.factories.holds import pump

pytestmark = pytest.mark.django_db


def decide(appeal: ReviewAppeal, *, granted: bool, by: Actor) -> None:
    decide_review_appeal(
        appeal_ref=appeal.ref, granted=granted, answer="Read again.", actor=by, key=new_key(), at=AT
    )


def is_shown(review: Review) -> bool:
    return Review.objects.get(pk=review.pk).hidden_at is None


def a_review_kept(first: Actor) -> Review:
    """Reported by its supplier and by a stranger; a moderator has kept it."""
    review = a_review_of(a_live_product(), a_company())
    for company in (review.supplier, a_company()):
        report_review(review_ref=review.ref, reason=ReportReason.UNTRUE, actor=owner_of(company), at=AT)
    judge_review(review_ref=review.ref, step=ReviewStep.KEPT, reason="Fair.", actor=first, at=AT)
    return review


def test_a_writers_appeal_is_decided_by_another_moderator_and_shows_the_review_again() -> None:
    first, second = staff("moderation"), staff("moderation")
    review = a_review_taken_down(first)
    appeal = a_review_appeal(review)
    for refused in (first, replace(second, member_of=frozenset({review.buyer_id}))):
        with pytest.raises(NotAllowed):
            decide(appeal, granted=True, by=refused)
    with pytest.raises(AppealOpen):
        judge_review(review_ref=review.ref, step=ReviewStep.RESTORED, reason="x", actor=second, at=AT)
    assert (is_shown(review), ReviewAppeal.objects.get().state) == (False, AppealState.OPEN)
    decide(appeal, granted=True, by=second)
    assert is_shown(review)
    assert ReviewDecision.objects.latest("pk").step == ReviewStep.APPEAL_GRANTED
    with pytest.raises(IllegalTransition):
        decide(appeal, granted=False, by=second)
    with pytest.raises(NothingToAppeal):  # final
        a_review_appeal(review, actor=owner_of(review.supplier))
    pump(AT)
    told = Notification.objects.filter(title__startswith="Appeal granted, about a review", channel="page")
    sides = [owner_of(review.buyer).user_id, owner_of(review.supplier).user_id]
    assert sorted(told.values_list("recipient_id", flat=True)) == sorted(one or 0 for one in sides)


def test_a_supplier_appeals_against_a_review_it_reported_that_stays_and_nobody_else_does() -> None:
    first = staff("moderation")
    review = a_review_kept(first)
    assert own_reviews(review.supplier_id, AT)[0].may_appeal
    for stranger in (owner_of(a_company()), first):
        with pytest.raises(ReviewNotFound):
            a_review_appeal(review, actor=stranger)
    with pytest.raises(NothingToAppeal):  # it went in the writer's favour
        a_review_appeal(review)
    with pytest.raises(NotAllowed):
        a_review_appeal(review, actor=a_member(review.supplier, "viewer"))
    assert not ReviewAppeal.objects.exists()
    appeal = a_review_appeal(review, actor=owner_of(review.supplier))
    decide(appeal, granted=True, by=staff("moderation"))
    assert not is_shown(review)
    assert Review.objects.get().hide_reason == "Read again."


def test_a_refused_appeal_leaves_the_review_and_the_second_or_late_one_is_none() -> None:
    review = a_review_taken_down()
    assert reviews_written(review.buyer_id, AT)[0].may_appeal
    with pytest.raises(NothingToAppeal):
        a_review_appeal(review, at=AT + timedelta(days=31))
    assert not reviews_written(review.buyer_id, AT + timedelta(days=31))[0].may_appeal
    decide(a_review_appeal(review), granted=False, by=staff("moderation"))
    with pytest.raises(NothingToAppeal):
        a_review_appeal(review)
    assert (is_shown(review), ReviewAppeal.objects.get().state) == (False, AppealState.UPHELD)
    assert ReviewDecision.objects.latest("pk").step == ReviewStep.APPEAL_UPHELD


@time_machine.travel(AT, tick=False)
def test_the_pages_lead_through_an_appeal_about_a_review() -> None:
    review = a_review_taken_down(staff("moderation"))
    writer, desk = signed_in(owner_of(review.buyer)), signed_in(staff("moderation"))
    here = reverse("review_appeal", args=[review.ref])
    assert here in writer.get(reverse("reviews_written")).content.decode()
    assert signed_in(owner_of(a_company())).get(here).status_code == 404
    assert writer.post(here, {"idempotency_key": new_key(), "text": ""}).status_code == 422
    assert writer.post(here, {"idempotency_key": new_key(), "text": "He is public."}).status_code == 302
    case = reverse("desk_review_appeal", args=[ReviewAppeal.objects.get().ref])
    for page in ("desk_appeals", "desk_product_reviews"):
        assert case in desk.get(reverse(page)).content.decode()
    assert "would not call back" in desk.get(case).content.decode()
    answer = {"idempotency_key": new_key(), "answer": "He is.", "outcome": "granted"}
    assert desk.post(case, answer).status_code == 302
    assert "He is." in writer.get(here).content.decode()
