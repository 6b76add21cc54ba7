"""Reported reviews: once by a company, judged once for all, told to both sides; pictures of reviewers."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.urls import reverse
from PIL import Image

from catalog.errors import ReasonMissing, ReviewNotFound
from catalog.errors.trust import (
    NothingToDecide,
    OwnReviewReported,
    ReviewJudged,
    ReviewPicturesFull,
    ReviewTooLong,
    TooManyReports,
)
from catalog.models import Review, ReviewPicture, ReviewReport
from catalog.operations import Marks, answer_review, judge_review, report_review, write_review
from catalog.operations.trust.reviews import prepare_review_picture
from catalog.queries.suppliers.facts import shown_seller
from catalog.queries.trust.review_desk import desk_reviews, own_reviews, reviews_written
from catalog.queries.trust.reviews import supplier_reviews
from catalog.rules.reviewing import REPORTS_A_DAY
from catalog.states import ReportReason, ReviewStep
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.models import OutboxEvent
from marketplace.files.models import StoredFile
from marketplace.files.queries import read_bytes
from marketplace.notifications.models import Notification
from tests.catalog.test_likeness import a_picture, encoded
from tests.catalog.test_reviews import GOOD, a_review
from tests.factories import AT
from tests.factories.accounts import a_company, a_member, owner_of, signed_in
from tests.factories.catalog import MODERATOR, a_live_product
from tests.factories.holds import pump
from tests.holds.races import at_once

pytestmark = pytest.mark.django_db


def reported(review: Review, actor: Actor | None = None, **over: object) -> ReviewReport:
    """A company's report."""
    how = {"reason": ReportReason.INSULT, "at": AT, **over}
    return report_review(review_ref=review.ref, actor=actor or owner_of(review.supplier), **how)  # type: ignore[arg-type]


def judged(review: Review, step: ReviewStep, actor: Actor = MODERATOR) -> None:
    """A moderator's decision."""
    judge_review(review_ref=review.ref, step=step, reason="Read twice", actor=actor, at=AT)


def test_report_review_is_once_by_a_company_and_moderators_are_told_of_the_first() -> None:
    review = a_review()
    first = reported(review)
    assert reported(review, reason=ReportReason.UNTRUE).pk == first.pk
    for _storm in range(3):
        reported(review, owner_of(a_company()))
    assert ReviewReport.objects.count() == 4
    assert OutboxEvent.objects.filter(kind="review_reported").count() == 1
    assert Review.objects.get().hidden_at is None


def test_report_review_refuses_the_writer_no_words_too_many_and_the_unknown() -> None:
    review = a_review()
    with pytest.raises(OwnReviewReported):
        reported(review, owner_of(review.buyer))
    with pytest.raises(ReasonMissing):
        reported(review, reason=ReportReason.OTHER)
    with pytest.raises(ReviewTooLong):
        reported(review, text="x" * 5000)
    with pytest.raises(NotAllowed):
        reported(review, MODERATOR)  # acts for no company
    with pytest.raises(NotAllowed):
        reported(review, a_member(review.supplier, "viewer"))
    busy = a_company()
    for place in range(REPORTS_A_DAY):
        judged_before = a_review(review.product, f"ord_{place}x")
        reported(judged_before, owner_of(busy))
    with pytest.raises(TooManyReports):
        reported(review, owner_of(busy))
    reported(review, owner_of(busy), at=AT + timedelta(days=1))
    Review.objects.filter(pk=review.pk).update(hidden_at=AT, hide_reason="x")
    with pytest.raises(ReviewNotFound):
        reported(review)
    assert ReviewReport.objects.filter(review=review).count() == 1


def test_judge_review_answers_every_report_and_a_kept_review_is_reported_again_only_when_changed() -> None:
    review = a_review()
    reporter = a_company()
    reported(review)
    reported(review, owner_of(reporter))
    judged(review, ReviewStep.KEPT)
    with pytest.raises(NothingToDecide):
        judged(review, ReviewStep.KEPT)
    with pytest.raises(ReviewJudged):
        reported(review, owner_of(a_company()))
    assert not ReviewReport.objects.filter(decision=None).exists()
    later = AT + timedelta(days=1)
    answer_review(review_ref=review.ref, text="A sharp word.", actor=owner_of(review.supplier), at=later)
    again = reported(review, owner_of(reporter), at=later)
    assert again.decision is None


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_make_one_review_and_two_moderators_decide_once() -> None:
    product, buyer = a_live_product(), a_company()

    def write(stars: int) -> None:
        marks, who = Marks(stars, 5, 5), owner_of(buyer)
        write_review(
            product_id=product.pk, buyer_id=buyer.pk, order_ref="ord_1", marks=marks, actor=who, at=AT
        )

    assert at_once(lambda: write(1), lambda: write(2)) == ["done", "done"]
    review = Review.objects.get()
    reporters = [owner_of(a_company()) for _ in range(2)]
    assert at_once(*(partial(reported, review, who) for who in (*reporters, reporters[0]))) == ["done"] * 3
    assert ReviewReport.objects.count() == 2
    decided = at_once(lambda: judged(review, ReviewStep.KEPT), lambda: judged(review, ReviewStep.TAKEN_DOWN))
    # Kept first, it may still be taken down; taken down first, there is nothing to keep.
    assert decided in (["done", "done"], ["nothing_to_decide", "done"])
    assert Review.objects.get().hidden_at is not None
    assert not ReviewReport.objects.filter(decision=None).exists()
    assert OutboxEvent.objects.filter(kind__in=("review_written", "review_reported")).count() == 2


def test_judge_review_by_somebody_of_a_side_or_of_the_reporter_is_refused() -> None:
    review = a_review()
    reporter = a_company()
    reported(review, owner_of(reporter))
    for company in (review.buyer, review.supplier, reporter):
        concerned = replace(MODERATOR, member_of=frozenset({company.pk}))
        with pytest.raises(NotAllowed):
            judged(review, ReviewStep.TAKEN_DOWN, concerned)
        assert not desk_reviews(concerned).reported[0].may_decide
    assert Review.objects.get().hidden_at is None
    assert ReviewReport.objects.get().decision is None


def test_judge_review_tells_writer_supplier_and_reporter_the_reason_once() -> None:
    review = a_review()
    reporter = a_company()
    sides = [owner_of(review.buyer), owner_of(review.supplier), owner_of(reporter)]
    reported(review, sides[2])
    judged(review, ReviewStep.TAKEN_DOWN)
    pump(AT)
    told = Notification.objects.filter(title__startswith="A review was taken down", channel="page")
    assert sorted(told.values_list("recipient_id", flat=True)) == sorted(one.user_id or 0 for one in sides)
    assert all("Read twice" in one.body for one in told)
    assert reviews_written(review.buyer_id, AT)[0].hide_reason == "Read twice"
    assert own_reviews(review.supplier_id, AT) == ()


def test_write_review_with_pictures_strips_what_the_camera_wrote_and_keeps_each_file_once() -> None:
    image = a_picture(5)
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    exif[0x8825] = {1: "N", 2: (48.0, 8.0, 0.0)}
    content = with_exif(image, exif)
    product, buyer = a_live_product(), a_company()

    def write(*pictures: bytes, drop: tuple[str, ...] = (), day: int = 0) -> Review:
        return write_review(
            product_id=product.pk,
            buyer_id=buyer.pk,
            order_ref="ord_1",
            marks=GOOD,
            pictures=pictures,
            dropped=drop,
            actor=owner_of(buyer),
            at=AT + timedelta(days=day),
        )

    review = write(content)
    assert write(content).edited_at is None
    picture = ReviewPicture.objects.get()
    with Image.open(io.BytesIO(read_bytes(picture.file))) as stored:
        assert not stored.getexif()
    more = [encoded(a_picture(seed)) for seed in range(6, 10)]
    with pytest.raises(ReviewPicturesFull):
        write(*more)
    assert ReviewPicture.objects.count() == 1
    prepare_review_picture(file_ref=picture.file.ref, at=AT)
    page = supplier_reviews(supplier=product.supplier)
    assert [one.ref for one in page.lines[0].pictures] == [picture.file.ref]
    address = page.lines[0].pictures[0].url
    assert signed_in(owner_of(a_company())).get(address).status_code == 200
    judged(review, ReviewStep.TAKEN_DOWN)
    assert signed_in(owner_of(a_company())).get(address).status_code == 404
    assert signed_in(owner_of(buyer)).get(address).status_code == 200
    judged(review, ReviewStep.RESTORED)
    write(more[0], drop=(picture.file.ref,), day=1)
    assert ReviewPicture.objects.exclude(pk=picture.pk).count() == 1
    assert StoredFile.objects.filter(kind="review_picture").count() == 2


def test_write_review_of_5000_characters_is_refused_and_html_is_only_text() -> None:
    with pytest.raises(ReviewTooLong):
        a_review(marks=Marks(5, 5, 5, "x" * 5000))
    assert not Review.objects.exists()
    review = a_review(marks=Marks(2, 2, 2, "<script>alert(1)</script>\n<b>bold</b>"))
    browser = signed_in(owner_of(review.supplier))
    for address in (
        reverse("product_short", args=[review.product.ref]),
        reverse("supplier_reviews", args=[review.supplier.ref]),
        reverse("workbench_reviews"),
    ):
        page = browser.get(address, follow=True).content.decode()
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page


def test_supplier_reviews_are_paged_and_filtered_by_product_and_stars() -> None:
    product = a_live_product()
    other = a_live_product(product.supplier)
    for place in range(22):
        a_review(product, f"ord_{place}", Marks(1 + place % 5, 5, 5))
    mine = a_review(other, "ord_x", Marks(2, 5, 5))
    page = supplier_reviews(supplier=product.supplier)
    assert (len(page.lines), page.summary) == (20, "2.8 of 5 from 23 reviews")
    rest = supplier_reviews(supplier=product.supplier, after=page.lines[-1].ref)
    assert {one.ref for one in page.lines} | {one.ref for one in rest.lines} == {
        one.ref for one in Review.objects.all()
    }
    assert (len(rest.lines), rest.next_url) == (3, "")
    assert {one.stars: one.count for one in page.stars} == {1: 5, 2: 6, 3: 4, 4: 4, 5: 4}
    two = supplier_reviews(supplier=product.supplier, product_ref=other.ref, stars=2)
    assert [one.ref for one in two.lines] == [mine.ref]
    assert two.summary == "2 of 5 from 1 review"


@pytest.mark.parametrize("number", [1, 3])
def test_pages_of_reviews_take_the_same_statements_for_one_and_for_three(
    django_assert_num_queries: object, number: int
) -> None:
    product = a_live_product()
    for place in range(number):
        reported(a_review(product, f"ord_{place}"), owner_of(a_company()))
    company, _live = shown_seller(product.supplier.ref)
    with django_assert_num_queries(4):  # type: ignore[operator]
        supplier_reviews(supplier=company)
    with django_assert_num_queries(5):  # type: ignore[operator]
        assert len(desk_reviews(MODERATOR).reported) == number


def with_exif(image: Image.Image, exif: Image.Exif) -> bytes:
    """As a camera writes it."""
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return bytes(out.getvalue())
