"""The shape of enquiries in the API, from the same frozen dataclasses as the pages."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from orders.rules.enquiries import QUESTION_LIMIT


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
    """A further message."""

    text = serializers.CharField(max_length=QUESTION_LIMIT)
