"""The shape of the catalogue in the programming interface. Decimals are text; money is minor units and currency."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.models import Category, PriceTier, Product
from marketplace.accounts.models import Company


class CategorySerializer(serializers.ModelSerializer[Category]):
    """One category; `names` by language."""

    parent = serializers.CharField(  # type: ignore[assignment]  # DRF keeps declared fields apart from its own `parent`
        source="parent.code", default=None, help_text="null for a root"
    )
    hs = serializers.ListField(child=serializers.CharField(), help_text="HS chapters or headings")

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


class PictureSerializer(serializers.Serializer[dict[str, Any]]):
    """A picture in three sizes."""

    alt = serializers.CharField()
    thumb = serializers.CharField()
    card = serializers.CharField()
    large = serializers.CharField()


class ProductSerializer(serializers.ModelSerializer[Product]):
    """A live product. `description` is clean HTML, weights are of one package."""

    supplier = SupplierSerializer()
    category = serializers.SlugRelatedField[Category](slug_field="code", read_only=True)
    url = serializers.SerializerMethodField(help_text="the product's page")
    tiers = serializers.SerializerMethodField()
    images = serializers.SerializerMethodField()

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
            "incoterms_rule",
            "named_place",
            "lead_time_days",
            "packaging",
            "units_per_package",
            "net_weight_kg",
            "gross_weight_kg",
            "attributes",
            "images",
            "published_at",
            "updated_at",
        )

    def get_url(self, product: Product) -> str:
        """Absolute when the request is known."""
        return self._absolute("product", product.ref, product.slug)

    @extend_schema_field(PriceTierSerializer(many=True))
    def get_tiers(self, product: Product) -> Any:
        """By quantity, of the first variant."""
        variants = list(product.variants.all())
        rows = sorted(variants[0].tiers.all(), key=lambda tier: tier.min_quantity) if variants else []
        return PriceTierSerializer(rows, many=True).data

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
