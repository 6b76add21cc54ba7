"""The category tree and the attributes its products state. Written by `operations.categories` only."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from catalog.states import AttributeKind
from marketplace.core.querysets import LockableQuerySet


class Category(models.Model):
    """One place in the tree. `path` holds the codes from the root, each closed by a slash.

    `names` maps a language (`catalog.data.LANGUAGES`) to what people read.
    """

    code = models.SlugField(max_length=60, unique=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=200, unique=True)
    level = models.PositiveSmallIntegerField()
    position = models.PositiveIntegerField()
    is_leaf = models.BooleanField()
    hs = ArrayField(models.CharField(max_length=6), help_text="HS chapters or headings that belong here")
    names = models.JSONField()
    attributes = models.ManyToManyField(
        "catalog.AttributeDefinition", through="catalog.CategoryAttribute", related_name="categories"
    )

    objects = LockableQuerySet["Category"].as_manager()

    class Meta:
        verbose_name_plural = "categories"
        indexes = [models.Index(fields=["position"], name="category_by_position")]

    def __str__(self) -> str:
        return self.code


class AttributeDefinition(models.Model):
    """A fact that products of some categories state, such as moisture in per cent.

    `choices` is a list of `{"code", "names"}` (names null when the code reads the same everywhere).
    """

    code = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=8, choices=AttributeKind)
    unit_code = models.CharField(max_length=4, blank=True)
    symbol = models.CharField(max_length=12, blank=True)
    names = models.JSONField()
    choices = models.JSONField(default=list)

    objects = LockableQuerySet["AttributeDefinition"].as_manager()

    def __str__(self) -> str:
        return self.code


class CategoryAttribute(models.Model):
    """That a category (with what it inherits) asks for an attribute, where, and whether it must be stated."""

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="uses")
    attribute = models.ForeignKey(AttributeDefinition, on_delete=models.CASCADE, related_name="uses")
    position = models.PositiveSmallIntegerField()
    required = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "attribute"], name="category_asks_an_attribute_once"),
        ]

    def __str__(self) -> str:
        return f"{self.category_id} {self.attribute_id}"
