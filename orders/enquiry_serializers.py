"""The shape of enquiries in the API, from the same frozen dataclasses as the pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from marketplace.core.forms import QUANTITY_DECIMALS, QUANTITY_DIGITS
from marketplace.core.ids import REF_LENGTH
from orders.rules.enquiries import MOST_FILES, QUESTION_LIMIT, Question


class EnquiryRowSerializer(serializers.Serializer[Any]):
    """An enquiry in a list."""

    ref = serializers.CharField()
    title = serializers.CharField(help_text="the listing's; empty for a general question")
    preview = serializers.CharField(help_text="how the question begins")
    partner = serializers.CharField(source="other_name")
    partner_country = serializers.CharField(source="other_country")
    state = serializers.CharField(help_text="open, answered or closed")
    quantity = serializers.CharField(help_text="as text, with its unit; empty when none was said")
    asked_at = serializers.DateTimeField()
    last_message_at = serializers.DateTimeField()
    waits_since = serializers.DateTimeField(
        allow_null=True, help_text="since when the supplier is waited for"
    )


class EnquiryListSerializer(serializers.Serializer[Any]):
    """A page of the list; `next_after` is empty on the last."""

    results = EnquiryRowSerializer(many=True, source="rows")
    next_after = serializers.CharField()


class EnquirySideSerializer(serializers.Serializer[Any]):
    """One of the two companies, as the other sees it."""

    ref = serializers.CharField()
    name = serializers.CharField()
    country = serializers.CharField()
    verified_at = serializers.DateTimeField(allow_null=True)
    orders_completed = serializers.IntegerField()


class EnquiryFileSerializer(serializers.Serializer[Any]):
    """A file of a message, to be downloaded under `/files/<ref>/`."""

    ref = serializers.CharField()
    name = serializers.CharField()
    size_bytes = serializers.IntegerField()


class EnquiryMessageSerializer(serializers.Serializer[Any]):
    """What one side wrote."""

    side = serializers.CharField(help_text="buyer or supplier")
    name = serializers.CharField()
    at = serializers.DateTimeField()
    text = serializers.CharField()
    files = EnquiryFileSerializer(many=True)


class EnquirySerializer(serializers.Serializer[Any]):
    """One enquiry with all that was written."""

    ref = serializers.CharField()
    side = serializers.CharField(help_text="buyer or supplier: which side the company acted for is on")
    title = serializers.CharField()
    quantity = serializers.CharField()
    country = serializers.CharField()
    wanted_on = serializers.DateField(allow_null=True)
    state = serializers.CharField()
    asked_at = serializers.DateTimeField()
    waits_since = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    buyer = EnquirySideSerializer()
    supplier = EnquirySideSerializer()
    messages = EnquiryMessageSerializer(many=True)


class NewMessageSerializer(serializers.Serializer[Any]):
    """A further message; with files it is sent as `multipart/form-data`."""

    text = serializers.CharField(max_length=QUESTION_LIMIT)
    attachments = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True),
        required=False,
        default=list,
        help_text=f"PDF or pictures, at most {MOST_FILES}",
    )


class NewEnquirySerializer(NewMessageSerializer):
    """A question about a listing, or to a supplier about anything: exactly one of the two is named."""

    product = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=REF_LENGTH, help_text="a live listing's ref"
    )
    supplier = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=REF_LENGTH, help_text="a supplier's ref"
    )
    quantity = serializers.DecimalField(
        max_digits=QUANTITY_DIGITS,
        decimal_places=QUANTITY_DECIMALS,
        min_value=Decimal("0.001"),
        required=False,
        allow_null=True,
        default=None,
        help_text="in the listing's unit; not without a listing",
    )
    country = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=2, help_text="to ship to, ISO 3166-1 alpha-2"
    )
    wanted_on = serializers.DateField(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One thing is asked about; a quantity has the unit of a listing."""
        if bool(attrs["product"]) == bool(attrs["supplier"]):
            raise serializers.ValidationError({"product": _("Name either a product or a supplier.")})
        if attrs["quantity"] is not None and not attrs["product"]:
            raise serializers.ValidationError({"quantity": _("A quantity is of a product: name one.")})
        return attrs

    def question(self) -> Question:
        """What was said. Call `is_valid()` first."""
        said = self.validated_data
        return Question(said["text"], said["quantity"], said["country"], said["wanted_on"])
