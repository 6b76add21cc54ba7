"""Prohibited and restricted goods, and what suppliers state about restricted ones. Written by `operations.trust.goods_rules`.

A rule is never edited: it is ended and another one added, so that the rows are their own log.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from catalog.models.product import Product
from catalog.states import GoodsRuleKind
from marketplace.core.ids import REF_LENGTH, new_ref
from marketplace.core.querysets import LockableQuerySet


def new_goods_rule_ref() -> str:
    """A fresh public reference."""
    return new_ref("gdr")


class GoodsRule(models.Model):
    """A rule by HS prefix and countries (empty: any). `applied_at` is when live listings had been looked through."""

    ref = models.CharField(max_length=REF_LENGTH, unique=True, default=new_goods_rule_ref)
    kind = models.CharField(max_length=10, choices=GoodsRuleKind)
    hs_prefix = models.CharField(max_length=10)
    origin = models.CharField(max_length=2, blank=True, help_text="ISO 3166-1; empty: any")
    destination = models.CharField(max_length=2, blank=True, help_text="ISO 3166-1; empty: any")
    reason = models.CharField(max_length=400)
    source = models.CharField(max_length=300, help_text="the law or treaty it comes from")
    needs = models.CharField(max_length=300, blank=True, help_text="the paper that lifts a restriction")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, help_text="the last day it holds")
    added_by = models.CharField(max_length=120)
    added_by_label = models.CharField(max_length=300, blank=True)
    added_at = models.DateTimeField()
    ended_by = models.CharField(max_length=120, blank=True)
    ended_by_label = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=400, blank=True)
    applied_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["GoodsRule"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(hs_prefix__regex=r"^\d{2,10}$"), name="goods_rule_has_an_hs_prefix_of_digits"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="goods_rule_ends_not_before_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(kind=GoodsRuleKind.PROHIBITED) | ~Q(needs=""),
                name="goods_rule_restriction_names_its_paper",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(source=""), name="goods_rule_has_a_reason_and_a_source"
            ),
            models.UniqueConstraint(
                fields=["kind", "hs_prefix", "origin", "destination"],
                condition=Q(ended_at__isnull=True),
                name="goods_rule_once_per_goods_and_way",
            ),
        ]
        indexes = [
            models.Index(fields=["hs_prefix"], condition=Q(ended_at__isnull=True), name="goods_rule_by_hs"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.kind} {self.hs_prefix}"


class GoodsStatement(models.Model):
    """What a supplier states, and shows, about goods that a rule restricts; the moderator judges it."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="goods_statements")
    rule = models.ForeignKey(GoodsRule, on_delete=models.PROTECT, related_name="statements")
    text = models.CharField(max_length=2000)
    document = models.OneToOneField("files.StoredFile", null=True, on_delete=models.PROTECT, related_name="+")
    stated_by = models.CharField(max_length=120)
    stated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "rule"], name="goods_statement_once_per_rule"),
            models.CheckConstraint(condition=~Q(text=""), name="goods_statement_has_words"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.rule_id}"
