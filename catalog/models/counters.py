"""How often products were looked at: sums by day and country, nobody's name. Kept for two years.

Written by `catalog.operations.searching.observations` only, from what pages noted.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from catalog.models.product import Product


class ProductViews(models.Model):
    """Openings of a product's page on one day by readers of one country (empty: not known), without known robots.

    The supplier's own people are not counted. `from_search` of them came from a list of results.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    viewed_on = models.DateField()
    country = models.CharField(max_length=2, blank=True)
    views = models.PositiveIntegerField()
    from_search = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "product views"
        constraints = [
            models.UniqueConstraint(
                fields=["product", "viewed_on", "country"], name="product_views_summed_by_day"
            ),
            models.CheckConstraint(
                condition=Q(from_search__lte=F("views")), name="product_views_include_those_from_search"
            ),
        ]
        indexes = [models.Index(fields=["viewed_on"], name="product_views_by_day")]

    def __str__(self) -> str:
        return f"{self.viewed_on} {self.product_id}: {self.views}"
