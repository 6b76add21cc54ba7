"""A buyer's question to a supplier, and the thread of answers. Only `operations.enquiries` writes."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.models import StatefulModel, TransitionRecord, TransitionTable
from marketplace.core.querysets import LockableQuerySet
from orders.querysets import EnquiryQuerySet
from orders.states import ENQUIRY_TRANSITIONS, Audience, EnquiryState


class Enquiry(StatefulModel):
    """One company asks another about one listing, or (without `product`) about anything else.

    `title` is the listing's as it was asked about, `quantity` in its unit of then. `waits_since` is the moment from
    which on the supplier is waited for; `closed_by` the side that closed it, `staff` when a moderator stopped it.
    `reported_at` is the first report, from which on moderators may read it.
    """

    TRANSITIONS: ClassVar[TransitionTable] = ENQUIRY_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "enq"))
    buyer = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="enquiries_sent")
    supplier = models.ForeignKey(
        "accounts.Company", on_delete=models.PROTECT, related_name="enquiries_received"
    )
    product = models.ForeignKey(
        "catalog.Product", on_delete=models.PROTECT, null=True, related_name="enquiries"
    )
    title = models.CharField(max_length=200, blank=True)
    quantity = models.DecimalField(max_digits=14, decimal_places=3, null=True)
    unit_code = models.CharField(max_length=3, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text="where the goods are to go")
    wanted_on = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=EnquiryState, default=EnquiryState.OPEN)
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    first_answered_at = models.DateTimeField(null=True)
    last_message_at = models.DateTimeField()
    waits_since = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=8, choices=Audience, blank=True)
    reported_at = models.DateTimeField(null=True)

    objects = EnquiryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "enquiries"
        constraints = [
            models.CheckConstraint(condition=~Q(buyer=F("supplier")), name="enquiry_not_to_own_company"),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True, unit_code="") | (Q(quantity__gt=0) & ~Q(unit_code="")),
                name="enquiry_quantity_is_above_zero_and_has_a_unit",
            ),
            models.CheckConstraint(
                condition=Q(state=EnquiryState.OPEN, waits_since__isnull=False)
                | (~Q(state=EnquiryState.OPEN) & Q(waits_since__isnull=True)),
                name="enquiry_waits_exactly_while_open",
            ),
            models.CheckConstraint(
                condition=~Q(state=EnquiryState.ANSWERED) | Q(first_answered_at__isnull=False),
                name="enquiry_answered_at_some_moment",
            ),
            models.CheckConstraint(
                condition=(Q(state=EnquiryState.CLOSED, closed_at__isnull=False) & ~Q(closed_by=""))
                | (~Q(state=EnquiryState.CLOSED) & Q(closed_at__isnull=True, closed_by="")),
                name="enquiry_closed_by_somebody_at_a_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["buyer", "-last_message_at", "-id"], name="enquiry_by_buyer"),
            models.Index(fields=["supplier", "-last_message_at", "-id"], name="enquiry_by_supplier"),
            models.Index(fields=["supplier", "asked_at"], name="enquiry_by_supplier_and_day"),
            models.Index(
                fields=["supplier", "waits_since"],
                condition=Q(state=EnquiryState.OPEN),
                name="enquiry_waiting_by_supplier",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def is_closed(self) -> bool:
        return self.state == EnquiryState.CLOSED

    def side_of(self, company_id: int | None) -> str:
        """Which side the company is on: buyer, supplier, or neither (an empty text)."""
        return {self.buyer_id: Audience.BUYER.value, self.supplier_id: Audience.SUPPLIER.value}.get(
            company_id or 0, ""
        )


class EnquiryTransition(TransitionRecord):
    """A step of an enquiry."""

    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class EnquiryMessage(models.Model):
    """What one side wrote; written once. Its files are private files whose subject is its reference."""

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=partial(new_ref, "msg"))
    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="messages")
    company = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    author = models.CharField(max_length=120)
    author_name = models.CharField(max_length=300)
    at = models.DateTimeField()

    objects = LockableQuerySet["EnquiryMessage"].as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="enquiry_message_says_something")]
        indexes = [
            models.Index(fields=["enquiry", "at"], name="enquiry_message_by_enquiry"),
            models.Index(fields=["company", "-at"], name="enquiry_message_by_company"),
        ]

    def __str__(self) -> str:
        return self.ref
