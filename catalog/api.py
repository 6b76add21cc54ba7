"""The catalogue in the programming interface: public, to be read only; a signed-in buyer also reads its own prices.

Lists come in cursor pages, the newest first; what is not live is 404.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.errors import ProductNotFound
from catalog.filters import ProductFilter
from catalog.models import Category, Certificate, PriceTier, Product, ProductImage, Variant
from catalog.queries.capacity.stated import capacity_from
from catalog.rules.private_prices import NOTHING_PRIVATE
from catalog.search.own_prices import private_terms
from catalog.serializers import CategorySerializer, ProductSerializer
from catalog.states import ListingVisibility
from marketplace.core import clock
from marketplace.core.http import actor_of


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


class OwnPrices(GenericAPIView[Product]):
    """Products with what the company asking pays. Such an answer is for nobody else: no cache may keep it."""

    terms = NOTHING_PRIVATE

    def read_terms(self, products: Iterable[Product]) -> None:
        """The price lists that apply to whoever asks. One statement; none for strangers."""
        buyer = actor_of(self.request).company_id
        if buyer is not None:
            self.terms = private_terms(buyer, clock.now().date(), product_ids=[one.pk for one in products])

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "terms": self.terms}

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Says of every answer that it depends on who is signed in."""
        done = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(done, ["Cookie"])
        if request.user.is_authenticated:
            done["Cache-Control"] = "private, no-store"
        return done


@extend_schema_view(get=extend_schema(summary="Live products", tags=["catalogue"], auth=[]))
class ProductList(OwnPrices, ListAPIView[Product]):
    """Everything that buyers can find, the newest first."""

    permission_classes = [AllowAny]
    serializer_class = ProductSerializer
    pagination_class = ProductPages
    filterset_class = ProductFilter

    def get_queryset(self) -> QuerySet[Product]:
        return live_products().exclude(supplier__supplier_facts__visibility=ListingVisibility.HIDDEN)

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        self.read_terms(page or ())
        return page


@extend_schema_view(get=extend_schema(summary="One live product", tags=["catalogue"], auth=[]))
class ProductDetail(OwnPrices, RetrieveAPIView[Product]):
    """One product by its reference."""

    permission_classes = [AllowAny]
    serializer_class = ProductSerializer
    lookup_field = "ref"
    queryset = Product.objects.none()  # for the schema's types only

    def get_object(self) -> Product:
        product = live_products().filter(ref=self.kwargs["ref"]).first()
        if product is None:
            raise ProductNotFound
        self.read_terms([product])
        return product


@extend_schema_view(get=extend_schema(summary="The category tree", tags=["catalogue"], auth=[]))
class CategoryList(ListAPIView[Category]):
    """Every category with its names and HS chapters, parents before children."""

    permission_classes = [AllowAny]
    serializer_class = CategorySerializer
    pagination_class = CategoryPages
    filter_backends = ()
    queryset = Category.objects.select_related("parent")
