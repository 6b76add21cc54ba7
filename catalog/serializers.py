"""The shape of the catalogue in the programming interface. Decimals are text; money is minor units and currency."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.models import Category, PriceTier, Product, Variant
from catalog.queries.capacity.availability import stated_availability
from catalog.queries.listings.offering import markets_for, offering_of
from catalog.queries.trust.certificates import certificates_among
from catalog.rules.availability import AvailabilityKind
from catalog.rules.lead_times import closed_until, read_pauses
from catalog.rules.packing import Packing, packed_as
from catalog.rules.prices import Tier
from catalog.rules.private_prices import NOTHING_PRIVATE, PrivateTerms
from catalog.states import ShipsTo
from marketplace.accounts.models import Company
from marketplace.core import clock


def _each(shape: serializers.Serializer[Any], rows: Iterable[Any]) -> list[Any]:
    return [shape.to_representation(row) for row in rows]


class CategorySerializer(serializers.ModelSerializer[Category]):
    """One category; `names` by language."""

    parent = serializers.CharField(  # type: ignore[assignment]  # DRF keeps declared fields apart from its own `parent`
        source="parent.code", default=None, allow_null=True, help_text="null for a root"
    )
    hs = serializers.ListField(child=serializers.CharField(), help_text="HS chapters or headings")
    names = serializers.DictField(child=serializers.CharField(), help_text="by language")

    class Meta:
        model = Category
        fields = ("code", "parent", "level", "is_leaf", "hs", "names")


class SupplierSerializer(serializers.ModelSerializer[Company]):
    """A supplier as everybody sees it."""

    name = serializers.CharField(source="legal_name")
    verified = serializers.BooleanField(source="is_verified")

    class Meta:
        model = Company
        fields = ("ref", "name", "country", "verified")


class PriceTierSerializer(serializers.ModelSerializer[PriceTier]):
    """The unit price from a quantity on, in the product's currency."""

    class Meta:
        model = PriceTier
        fields = ("min_quantity", "unit_price")


class PeriodSerializer(serializers.Serializer[Any]):
    """What is left from a day on; stock has no last day."""

    first_day = serializers.DateField()
    last_day = serializers.DateField(allow_null=True, help_text="null: stock, it has no end")
    left = serializers.DecimalField(max_digits=14, decimal_places=3, help_text="in the product's unit")


class AvailabilitySerializer(serializers.Serializer[Any]):
    """What can be had. An order takes from one period where one has room for all of it, else from several."""

    status = serializers.ChoiceField(
        choices=[kind.value for kind in AvailabilityKind],
        help_text="`open`: the smallest order at its lead time; `later`: from `available_on`; `sold_out`",
    )
    available_on = serializers.DateField(allow_null=True, help_text="the smallest order, if paid today")
    periods = PeriodSerializer(many=True)


class PackingSerializer(serializers.Serializer[Packing]):
    """How goods are packed; `units_per_package` in the product's unit, weights of one package."""

    packaging = serializers.CharField()
    units_per_package = serializers.DecimalField(max_digits=14, decimal_places=6, allow_null=True)
    net_weight_kg = serializers.DecimalField(max_digits=14, decimal_places=4, allow_null=True)
    gross_weight_kg = serializers.DecimalField(max_digits=14, decimal_places=4, allow_null=True)


class VariantSerializer(serializers.ModelSerializer[Variant]):
    """A sellable form of a product; `number` names it inside its product, also in orders."""

    tiers = PriceTierSerializer(many=True)
    own_tiers = serializers.SerializerMethodField(help_text="as of the product")
    availability = serializers.SerializerMethodField(help_text="null when nothing is limited")
    packing = serializers.SerializerMethodField(help_text="its own, else the product's")

    class Meta:
        model = Variant
        fields = ("number", "name", "sku", "packing", "tiers", "own_tiers", "availability")

    @cached_property
    def _tier(self) -> PriceTierSerializer:
        return PriceTierSerializer()

    @cached_property
    def _packing(self) -> PackingSerializer:
        return PackingSerializer()

    @extend_schema_field(PackingSerializer)
    def get_packing(self, variant: Variant) -> Any:
        """As buyers see it."""
        return self._packing.to_representation(packed_as(variant, variant.product))

    @extend_schema_field(AvailabilitySerializer(allow_null=True))
    def get_availability(self, variant: Variant) -> Any:
        """As it is now."""
        stated = stated_availability(variant, clock.now().date())
        return None if stated is None else AvailabilitySerializer(stated).data

    @extend_schema_field(PriceTierSerializer(many=True, allow_null=True))
    def get_own_tiers(self, variant: Variant) -> Any:
        """What the company asking pays; the terms come from the view, which alone knows who asks."""
        terms: PrivateTerms = self.context.get("terms", NOTHING_PRIVATE)
        public = tuple(Tier(tier.min_quantity, tier.unit_price) for tier in variant.tiers.all())
        own = terms.ladder(
            public,
            supplier_id=variant.product.supplier_id,
            variant_id=variant.pk,
            currency=variant.product.currency,
        )
        if own == public:
            return None
        rows = [PriceTier(min_quantity=tier.min_quantity, unit_price=tier.unit_price) for tier in own]
        return _each(self._tier, rows)


class PictureSerializer(serializers.Serializer[dict[str, Any]]):
    """A picture in three sizes."""

    alt = serializers.CharField()
    thumb = serializers.CharField()
    card = serializers.CharField()
    large = serializers.CharField()


class CertificateSerializer(serializers.Serializer[Any]):
    """A certificate that holds today; `checked` when a moderator has seen its scan."""

    kind = serializers.CharField(help_text="a code of the marketplace's list; `other` has a `name`")
    name = serializers.CharField(source="label")
    number = serializers.CharField()
    issuer = serializers.CharField()
    valid_until = serializers.DateField(allow_null=True, help_text="the last day it holds")
    checked = serializers.BooleanField()


class ShipsToSerializer(serializers.Serializer[Any]):
    """Where it is offered: `everywhere`, `only` these countries, or everywhere `except` them."""

    ships = serializers.ChoiceField(choices=ShipsTo.values)
    countries = serializers.ListField(child=serializers.CharField(), help_text="ISO 3166-1 alpha-2")


class SampleSerializer(serializers.Serializer[Any]):
    """The sample a buyer may order; `price` is for the whole `quantity`, in the product's currency and unit."""

    quantity = serializers.DecimalField(max_digits=14, decimal_places=3)
    price = serializers.DecimalField(max_digits=18, decimal_places=6)
    days = serializers.IntegerField(help_text="from payment to handing over")
    is_credited = serializers.BooleanField(help_text="its price comes off a later order")


class ProductSerializer(serializers.ModelSerializer[Product]):
    """A live product. `description` is clean HTML, weights are of one package; a variant may be packed another way."""

    supplier = SupplierSerializer()
    category = serializers.SlugRelatedField[Category](slug_field="code", read_only=True)
    url = serializers.SerializerMethodField(help_text="the product's page")
    tiers = serializers.SerializerMethodField()
    own_tiers = serializers.SerializerMethodField(
        help_text="what the company asking pays by the supplier's price lists; null where it is what everybody pays"
    )
    variants = serializers.SerializerMethodField(
        help_text="at least one; minimum, unit and currency are the product's"
    )
    images = serializers.SerializerMethodField()
    certificates = serializers.SerializerMethodField()
    ships_to = serializers.SerializerMethodField()
    season_months = serializers.SerializerMethodField(help_text="of harvest or availability, 1 to 12")
    sample = serializers.SerializerMethodField(help_text="null when none is offered")
    closed_until = serializers.SerializerMethodField(
        help_text="the last of the supplier's days off on which no order can be placed; null when orders are taken"
    )

    class Meta:
        model = Product
        fields = (
            "ref",
            "url",
            "title",
            "supplier",
            "category",
            "description",
            "hs_code",
            "origin",
            "unit_code",
            "moq",
            "order_multiple",
            "currency",
            "tiers",
            "own_tiers",
            "variants",
            "incoterms_rule",
            "named_place",
            "lead_time_days",
            "packaging",
            "units_per_package",
            "net_weight_kg",
            "gross_weight_kg",
            "attributes",
            "images",
            "certificates",
            "ships_to",
            "season_months",
            "sample",
            "closed_until",
            "published_at",
            "updated_at",
        )

    # Made once for a whole list: a serializer made for each product copies all of its fields.
    @cached_property
    def _variant(self) -> VariantSerializer:
        return VariantSerializer(context=self.context)

    @cached_property
    def _tier(self) -> PriceTierSerializer:
        return PriceTierSerializer()

    @cached_property
    def _certificate(self) -> CertificateSerializer:
        return CertificateSerializer()

    @cached_property
    def _markets(self) -> ShipsToSerializer:
        return ShipsToSerializer()

    def get_url(self, product: Product) -> str:
        """Absolute when the request is known."""
        return self._absolute("product", product.ref, product.slug)

    @extend_schema_field(PriceTierSerializer(many=True))
    def get_tiers(self, product: Product) -> Any:
        """By quantity, of the first variant."""
        variants = list(product.variants.all())
        return _each(self._tier, variants[0].tiers.all()) if variants else []

    @extend_schema_field(VariantSerializer(many=True))
    def get_variants(self, product: Product) -> Any:
        """Those on offer, in the supplier's order."""
        return _each(self._variant, product.variants.all())

    @extend_schema_field(PriceTierSerializer(many=True, allow_null=True))
    def get_own_tiers(self, product: Product) -> Any:
        """Of the first variant."""
        variants = list(product.variants.all())
        return self._variant.get_own_tiers(variants[0]) if variants else None

    @extend_schema_field(CertificateSerializer(many=True))
    def get_certificates(self, product: Product) -> Any:
        """What holds today, in a fixed order."""
        lines = certificates_among(product.supplier.certificates.all(), product, clock.now())
        return _each(self._certificate, lines)

    @extend_schema_field(ShipsToSerializer)
    def get_ships_to(self, product: Product) -> Any:
        """The listing's own markets, else its supplier's."""
        return self._markets.to_representation(markets_for(product))

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_season_months(self, product: Product) -> Any:
        """In order; none when no season is stated."""
        return list(offering_of(product).months)

    @extend_schema_field(SampleSerializer(allow_null=True))
    def get_sample(self, product: Product) -> Any:
        """As it is stated now."""
        sample = offering_of(product).sample
        return None if sample is None else SampleSerializer(sample).data

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_closed_until(self, product: Product) -> Any:
        """As it is today; other days off are in the days of `availability`."""
        last_day = closed_until(read_pauses(product.__dict__["pauses"]), clock.now().date())
        return last_day.isoformat() if last_day else None

    @extend_schema_field(PictureSerializer(many=True))
    def get_images(self, product: Product) -> Any:
        """In the supplier's order."""
        return [
            {
                "alt": image.alt,
                **{
                    size: self._absolute("product_image", image.file.ref, size)
                    for size in ("thumb", "card", "large")
                },
            }
            for image in sorted(product.images.all(), key=lambda image: image.position)
        ]

    def _absolute(self, name: str, *args: str) -> str:
        from_request = self.context.get("request")
        path = reverse(name, args=args)
        return from_request.build_absolute_uri(path) if from_request else path
