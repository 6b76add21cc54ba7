"""The catalogue in the programming interface: public, to be read only; a signed-in buyer also reads its own prices.

Lists come in cursor pages, the newest first; what is not live is 404. Which products a page has, the search says; the
products themselves are read live, so that one that was paused a moment ago is in no page.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.db.models import Prefetch, Q, QuerySet
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from django_filters.utils import translate_validation
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from catalog.errors import ProductNotFound
from catalog.filters import ProductFilter
from catalog.models import Category, Certificate, PriceTier, Product, ProductImage, Variant
from catalog.queries.capacity.lead_times import pauses_from
from catalog.queries.capacity.stated import capacity_from
from catalog.rules.private_prices import NOTHING_PRIVATE
from catalog.search import SearchSpec, newest
from catalog.search.own_prices import private_terms
from catalog.search.places import Place, Stretch, place_of, read, written
from catalog.serializers import CategorySerializer, ProductSerializer
from catalog.states import ListingVisibility
from marketplace.core import clock
from marketplace.core.http import actor_of

_LONGEST_COUNT = 9


class ProductPages(CursorPagination):
    """Fifty at a time, at most two hundred; a place in the list is the moment of publication and the product.

    `question` is what the search is asked; without one the table itself has the list in order.
    """

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    question: SearchSpec | None = None
    _before = _after = ""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The products of the page that the cursor names. Raises `NotFound` for a cursor that is none."""
        self.base_url, self._before, self._after = request.build_absolute_uri(), "", ""
        cursor = request.query_params.get(self.cursor_query_param, "")
        where = read(cursor) if cursor else (None, False)
        if where is None:
            raise NotFound(self.invalid_cursor_message)
        beyond, backwards = where
        size = self.get_page_size(request)
        stretch = Stretch(size + 1, beyond, backwards)
        if self.question is None:
            rows = list(_stretch_of(queryset, stretch))
            places = [_place(row) for row in rows]
        else:
            places = newest(self.question, stretch)
            rows = list(queryset.filter(pk__in=[place.product_id for place in places[:size]]))
        self._point_on(places, size, beyond, backwards=backwards)
        shown = {place.product_id for place in places[:size]}
        return sorted((row for row in rows if row.pk in shown), key=_place, reverse=True)

    def get_page_size(self, request: Request) -> int:
        """How many are asked for, at most the largest page. Raises `ValidationError` for what is no count."""
        said = request.query_params.get(self.page_size_query_param, "")
        if not said:
            return self.page_size
        if not (said.isascii() and said.isdigit() and int(said[:_LONGEST_COUNT])):
            raise ValidationError({self.page_size_query_param: [_("Enter a whole number from 1 on.")]})
        return min(int(said[:_LONGEST_COUNT]), self.max_page_size)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The cursor and the size with its limits."""
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                words = f"how many on a page; more than {self.max_page_size} are {self.max_page_size}"
                parameter["schema"] = {"type": "integer", "minimum": 1, "default": self.page_size}
                parameter["description"] = words
        return parameters

    def get_next_link(self) -> str | None:
        """The page of older ones."""
        return self._link(self._after)

    def get_previous_link(self) -> str | None:
        """The page of newer ones."""
        return self._link(self._before)

    def _point_on(self, places: list[Place], size: int, beyond: Place | None, *, backwards: bool) -> None:
        """Where the neighbours begin; products that are gone meanwhile are places still."""
        more, places = len(places) > size, places[:size]
        if not places:
            return
        are_newer, are_older = (more, True) if backwards else (beyond is not None, more)
        self._before = written(max(places), backwards=True) if are_newer else ""
        self._after = written(min(places), backwards=False) if are_older else ""

    def _link(self, cursor: str) -> str | None:
        here = self.base_url or ""
        return replace_query_param(here, self.cursor_query_param, cursor) if cursor else None


def _place(product: Product) -> Place:
    # INVARIANT: a live product has it (enforced by product_live_has_a_publication_date)
    return place_of(product.published_at or product.created_at, product.pk)


def _stretch_of(queryset: QuerySet[Product], stretch: Stretch) -> QuerySet[Product]:
    """The same stretch of the table."""
    at, signs = stretch.beyond, ("gt", "") if stretch.backwards else ("lt", "-")
    if at is not None:
        same = Q(published_at=at.published_at, **{f"pk__{signs[0]}": at.product_id})
        beyond = Q(**{f"published_at__{signs[0]}": at.published_at})
        # The first condition bounds the walk along the index `product_newest_live`.
        queryset = queryset.filter(**{f"published_at__{signs[0]}e": at.published_at}).filter(beyond | same)
    return queryset.order_by(f"{signs[1]}published_at", f"{signs[1]}pk")[: stretch.size]


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
    dated = joined.annotate(pauses=pauses_from("supplier", clock.now().date()))
    return dated.prefetch_related(*parts)


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

    def filter_queryset(self, queryset: Any) -> Any:
        """What is said in the address, as conditions on the rows and as a question to the search."""
        asked = DjangoFilterBackend().get_filterset(self.request, queryset, self)
        if not asked.is_valid():
            raise translate_validation(asked.errors)
        cast(ProductPages, self.paginator).question = asked.question()
        return asked.qs

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
