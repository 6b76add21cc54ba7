"""What a supplier says and shows of itself on its public page. Written by `catalog.operations.suppliers.storefronts` only."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from catalog.rules.storefront import CAPACITY_LENGTH, CAPTION_LENGTH
from marketplace.core.querysets import LockableQuerySet


class Storefront(models.Model):
    """A supplier's own words and pictures; none before it has arranged anything.

    `story` is HTML that `operations` cleaned; `sections` are the parts of the page in their order. Words and
    pictures that changed since a moderator read them are noted in `changed_since_review_at`; `hidden_at` is set
    while a moderator keeps them from buyers, `hidden_note` says why.
    """

    supplier = models.OneToOneField(
        "accounts.Company", primary_key=True, on_delete=models.PROTECT, related_name="storefront"
    )
    story = models.TextField(blank=True)
    people = models.PositiveIntegerField(null=True, help_text="who work there, as stated")
    capacity = models.CharField(max_length=CAPACITY_LENGTH, blank=True, help_text="as stated")
    markets = ArrayField(
        models.CharField(max_length=2), default=list, help_text="countries served, as stated"
    )
    sections = ArrayField(models.CharField(max_length=16), default=list)
    revision = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField()
    changed_since_review_at = models.DateTimeField(null=True)
    hidden_at = models.DateTimeField(null=True)
    hidden_note = models.TextField(blank=True)

    objects = LockableQuerySet["Storefront"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(hidden_at__isnull=True) | ~Q(hidden_note=""),
                name="storefront_hidden_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["changed_since_review_at"],
                condition=Q(changed_since_review_at__isnull=False),
                name="storefront_changed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.supplier_id)


class StorefrontPicture(models.Model):
    """A picture of the place, with its caption; made smaller by the worker as those of products are."""

    storefront = models.ForeignKey(Storefront, on_delete=models.PROTECT, related_name="pictures")
    position = models.PositiveSmallIntegerField()
    caption = models.CharField(max_length=CAPTION_LENGTH, blank=True)
    file = models.OneToOneField("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    renditions = models.JSONField(default=dict)
    recipe = models.PositiveSmallIntegerField(default=0, help_text="of the renditions")
    prepared_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["StorefrontPicture"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["storefront", "position"],
                name="storefront_picture_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.storefront_id} #{self.position}"


class StorefrontChange(models.Model):
    """What was changed in a storefront, by whom; never edited."""

    storefront = models.ForeignKey(Storefront, on_delete=models.PROTECT, related_name="changes")
    revision = models.PositiveIntegerField()
    before = models.JSONField()
    after = models.JSONField()
    actor = models.CharField(max_length=120)
    actor_label = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["storefront", "revision"], name="storefront_change_once_per_revision"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.storefront_id} r{self.revision}"
