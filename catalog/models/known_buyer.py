"""Which buyers a supplier has dealt with. Written by `operations.prices.known_buyers` only, for the apps that know orders."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from marketplace.core.querysets import LockableQuerySet


class KnownBuyer(models.Model):
    """This company has ordered from the supplier or asked it something, first at `since`: its name is no secret there."""

    supplier = models.ForeignKey("accounts.Company", on_delete=models.CASCADE, related_name="known_buyers")
    buyer = models.ForeignKey("accounts.Company", on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    objects = LockableQuerySet["KnownBuyer"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["supplier", "buyer"], name="known_buyer_once_per_supplier"),
            models.CheckConstraint(condition=~Q(supplier=F("buyer")), name="known_buyer_is_another_company"),
        ]

    def __str__(self) -> str:
        return f"{self.buyer_id} at {self.supplier_id}"
