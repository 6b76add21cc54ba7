"""What was searched for, and which searches led to which product: sums by day, nobody's name. Kept for ninety days.

Written by `catalog.operations.searching.observations` only, from what pages noted; a little may be lost, nothing depends
on it.
"""

from __future__ import annotations

from django.db import models

from catalog.languages import CODE_LENGTH
from catalog.models.product import Product

QUERY_LENGTH = 80


class SearchedWords(models.Model):
    """How often some words were searched on one day, by language and country of the reader (empty: not known).

    `found` is how many offers had the words when they were searched last, before any filter.
    """

    searched_on = models.DateField()
    query = models.CharField(max_length=QUERY_LENGTH)
    language = models.CharField(max_length=CODE_LENGTH)
    country = models.CharField(max_length=2, blank=True)
    times = models.PositiveIntegerField()
    found = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "searched words"
        constraints = [
            models.UniqueConstraint(
                fields=["searched_on", "query", "language", "country"], name="searched_words_summed_by_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.searched_on} {self.query}"


class SearchVisit(models.Model):
    """How often the page of a product was opened from the results for some words on one day."""

    visited_on = models.DateField()
    query = models.CharField(max_length=QUERY_LENGTH)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    times = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "visited_on", "query"], name="search_visits_summed_by_day"
            ),
        ]
        indexes = [models.Index(fields=["visited_on"], name="search_visit_by_day")]

    def __str__(self) -> str:
        return f"{self.visited_on} {self.query}: {self.product_id}"
