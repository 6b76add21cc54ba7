"""What buyers of completed orders say about a product. Written by `operations.trust.reviews` only."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from catalog.models.product import Product
from catalog.states import ReportReason, ReviewStep
from marketplace.accounts.models import CompanyReport, ReportDecision
from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.querysets import LockableQuerySet


def new_review_ref() -> str:
    """A fresh public reference."""
    return new_ref("rev")


def _one_to_five(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q((f"{name}__gte", 1), (f"{name}__lte", 5)), name=f"review_{name}_1_to_5"
    )


class Review(models.Model):
    """One buyer's word about one product of one completed order, with the supplier's one answer.

    `order_ref` is opaque here: the app that knows orders has judged that it is completed and the writer its buyer's.
    """

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=new_review_ref)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="reviews")
    supplier = models.ForeignKey(
        "accounts.Company", on_delete=models.PROTECT, related_name="reviews_received"
    )
    buyer = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="reviews_written")
    order_ref = models.CharField(max_length=REF_LENGTH)
    goods = models.PositiveSmallIntegerField(help_text="as described, 1 to 5")
    communication = models.PositiveSmallIntegerField()
    on_time = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    written_by = models.CharField(max_length=120)
    written_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True)
    answer_edited_at = models.DateTimeField(null=True)
    hidden_at = models.DateTimeField(null=True)
    hidden_by = models.CharField(max_length=120, blank=True)
    hide_reason = models.TextField(blank=True)

    objects = LockableQuerySet["Review"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order_ref", "product"], name="review_once_per_order_and_product"
            ),
            *(_one_to_five(name) for name in ("goods", "communication", "on_time")),
            models.CheckConstraint(
                condition=Q(answer="") | Q(answered_at__isnull=False), name="review_answered_at_a_moment"
            ),
            models.CheckConstraint(
                condition=Q(hidden_at__isnull=True) | ~Q(hide_reason=""), name="review_hidden_with_a_reason"
            ),
            models.CheckConstraint(condition=~Q(buyer=F("supplier")), name="review_not_of_the_own_company"),
        ]
        indexes = [
            models.Index(fields=["product", "-written_at"], name="review_by_product"),
            models.Index(fields=["supplier", "-written_at"], name="review_by_supplier"),
        ]

    def __str__(self) -> str:
        return self.ref


class ReviewPicture(models.Model):
    """What the reviewer photographed, made smaller by the worker as the pictures of products are.

    `upload_sha256` is of the file as it came: the same file sent twice is one picture.
    """

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="pictures")
    position = models.PositiveSmallIntegerField()
    file = models.OneToOneField("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    upload_sha256 = models.CharField(max_length=64)
    renditions = models.JSONField(default=dict)
    recipe = models.PositiveSmallIntegerField(default=0, help_text="of the renditions")
    prepared_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["ReviewPicture"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "upload_sha256"], name="review_picture_once"),
        ]

    def __str__(self) -> str:
        return f"{self.review_id} #{self.position}"


class ReviewDecision(ReportDecision):
    """The log of what moderators decided about a review: kept, taken down, shown again. Never edited.

    `reports` is how many open reports it answered.
    """

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="decisions")
    step = models.CharField(max_length=16, choices=ReviewStep)
    reports = models.PositiveIntegerField()

    objects = LockableQuerySet["ReviewDecision"].as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="review_decision_has_a_reason")]
        indexes = [models.Index(fields=["review", "-at"], name="review_decision_by_review")]

    def __str__(self) -> str:
        return f"{self.review_id} {self.step}"


class ReviewReport(CompanyReport):
    """A company's word that a review should not stand; open until a moderator has decided."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="reports")
    reason = models.CharField(max_length=20, choices=ReportReason)
    decision = models.ForeignKey(ReviewDecision, null=True, on_delete=models.PROTECT, related_name="answered")

    objects = LockableQuerySet["ReviewReport"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["review", "company"],
                condition=Q(decision=None),
                name="review_reported_once_by_a_company",
            ),
            models.CheckConstraint(
                condition=~Q(reason=ReportReason.OTHER) | ~Q(text=""), name="review_report_other_has_words"
            ),
        ]
        indexes = [
            models.Index(
                fields=["reported_at"], condition=Q(decision=None), name="review_report_open_by_age"
            ),
            models.Index(fields=["company", "-reported_at"], name="review_report_by_company"),
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.reason}"
