"""The catalogue in the programming interface: public, to be read only.

Lists come in cursor pages, the newest first; what is not live is 404.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import AllowAny

from catalog.errors import ProductNotFound
from catalog.filters import ProductFilter
from catalog.models import Category, Certificate, PriceTier, Product, ProductImage, Variant
from catalog.queries.capacity import capacity_from
from catalog.serializers import CategorySerializer, ProductSerializer
from catalog.states import ListingVisibility


class ProductPages(CursorPagination):
    """Fifty at a time, at most two hundred."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering = ("-published_at", "-pk")


class CategoryPages(CursorPagination):
    """The whole tree fits on one page."""

    page_size = 500
    ordering = ("position", "pk")


def live_products() -> QuerySet[Product]:
    """Live products with everything a serializer asks for: seven statements, however many there are."""
    images = ProductImage.objects.select_related("file")
    tiers = PriceTier.objects.order_by("min_quantity")
    offered = Variant.objects.filter(position__isnull=False).annotate(periods=capacity_from("pk"))
    variants = offered.order_by("position").prefetch_related(Prefetch("tiers", tiers))
    held = Certificate.objects.select_related("scan").prefetch_related("certified")
    parts: tuple[Prefetch[Any], ...] = (
        Prefetch("images", images),
        Prefetch("variants", variants),
        Prefetch("supplier__certificates", held),
    )
    joined = Product.objects.live().select_related("supplier__markets", "category", "offering")
    return joined.prefetch_related(*parts)


@extend_schema_view(get=extend_schema(summary="Live products", tags=["catalogue"], auth=[]))
class ProductList(ListAPIView[Product]):
    """Everything that buyers can find, the newest first."""

    permission_classes = [AllowAny]
    serializer_class = ProductSerializer
    pagination_class = ProductPages
    filterset_class = ProductFilter

    def get_queryset(self) -> QuerySet[Product]:
        return live_products().exclude(supplier__supplier_facts__visibility=ListingVisibility.HIDDEN)


@extend_schema_view(get=extend_schema(summary="One live product", tags=["catalogue"], auth=[]))
class ProductDetail(RetrieveAPIView[Product]):
    """One product by its reference."""

    permission_classes = [AllowAny]
    serializer_class = ProductSerializer
    lookup_field = "ref"
    queryset = Product.objects.none()  # for the schema's types only

    def get_object(self) -> Product:
        product = live_products().filter(ref=self.kwargs["ref"]).first()
        if product is None:
            raise ProductNotFound
        return product


@extend_schema_view(get=extend_schema(summary="The category tree", tags=["catalogue"], auth=[]))
class CategoryList(ListAPIView[Category]):
    """Every category with its names and HS chapters, parents before children."""

    permission_classes = [AllowAny]
    serializer_class = CategorySerializer
    pagination_class = CategoryPages
    filter_backends = ()
    queryset = Category.objects.select_related("parent")
