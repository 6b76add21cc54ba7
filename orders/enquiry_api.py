"""A company's own enquiries in the API: asked, listed, read, answered. What has files comes as a form of several parts."""

from __future__ import annotations

from typing import cast

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.errors import NotAllowed, NotFound
from marketplace.core.forms import PERSONS_KEY, sent_key
from marketplace.core.http import ActingRequest
from orders.api import acting, one_of
from orders.enquiry_serializers import (
    EnquiryListSerializer,
    EnquirySerializer,
    NewEnquirySerializer,
    NewMessageSerializer,
)
from orders.operations.enquiries import ask_supplier, write_in_enquiry
from orders.policies import can_buy
from orders.queries.enquiries import EnquiryPage, enquiry_list, enquiry_page
from orders.states import Audience, EnquiryState

_PAGE_SIZE = 50
_PARSERS = [JSONParser, MultiPartParser]
_KEY = OpenApiParameter(
    "Idempotency-Key",
    location=OpenApiParameter.HEADER,
    required=True,
    pattern=f"^{PERSONS_KEY}$",
    description="letters, digits, - and _; the same key with the same content is done once",
)
_SIDES = {"selling": Audience.SUPPLIER, "buying": Audience.BUYER}


class EnquiriesView(APIView):
    """Enquiries of the company acted for, of one side."""

    parser_classes = _PARSERS

    @extend_schema(
        operation_id="enquiries_list",
        parameters=[
            OpenApiParameter(
                "side", enum=list(_SIDES), description="received (selling, the default) or sent"
            ),
            OpenApiParameter("state", enum=EnquiryState.values),
            OpenApiParameter("after", description="`next_after` of the page before"),
        ],
        responses=EnquiryListSerializer,
    )
    def get(self, request: Request) -> Response:
        """A page of the list; on the first of the received ones those that wait come first."""
        asked = request.query_params
        side = _SIDES[one_of(asked, "side", _SIDES) or "selling"]
        state, after = one_of(asked, "state", EnquiryState.values), asked.get("after", "")
        found = enquiry_list(acting(request), side, state=state, after=after, size=_PAGE_SIZE)
        return Response(EnquiryListSerializer(found).data)

    @extend_schema(
        operation_id="enquiries_ask",
        request=NewEnquirySerializer,
        parameters=[_KEY],
        responses={201: EnquirySerializer},
    )
    def post(self, request: Request) -> Response:
        """Ask a supplier, about a live listing or about anything: for those who buy for the company acted for."""
        actor = acting(request)
        if not can_buy(actor):
            raise NotAllowed
        said = NewEnquirySerializer(data=request.data)
        said.is_valid(raise_exception=True)
        asked = ask_supplier(
            supplier_ref=said.validated_data["supplier"],
            product_ref=said.validated_data["product"],
            question=said.question(),
            uploads=said.validated_data["attachments"],
            actor=actor,
            key=_key(request),
            at=cast(ActingRequest, request).at,
        )
        headers = {"Location": reverse("api_enquiry", args=[asked.ref])}
        return Response(EnquirySerializer(_own(request, asked.ref)).data, status=201, headers=headers)


class EnquiryView(APIView):
    """One enquiry of the company acted for."""

    @extend_schema(operation_id="enquiries_retrieve", responses=EnquirySerializer)
    def get(self, request: Request, ref: str) -> Response:
        """The whole thread."""
        return Response(EnquirySerializer(_own(request, ref)).data)


class EnquiryMessagesView(APIView):
    """The messages of one enquiry."""

    parser_classes = _PARSERS

    @extend_schema(
        operation_id="enquiries_write",
        request=NewMessageSerializer,
        parameters=[_KEY],
        responses={201: EnquirySerializer},
    )
    def post(self, request: Request, ref: str) -> Response:
        """Write for the own side: the supplier's word answers, the buyer's opens it again."""
        _own(request, ref)  # whoever may not know of it learns nothing of what is wrong with the words
        said = NewMessageSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        write_in_enquiry(
            enquiry_ref=ref,
            text=said.validated_data["text"],
            uploads=said.validated_data["attachments"],
            actor=acting(request),
            key=_key(request),
            at=cast(ActingRequest, request).at,
        )
        return Response(EnquirySerializer(_own(request, ref)).data, status=201)


def _key(request: Request) -> str:
    """The key as it was sent. Raises `ValidationError` for none, and for one that no person may take."""
    key = sent_key(request.headers.get("Idempotency-Key", ""))
    if not key:
        raise ValidationError({"Idempotency-Key": [_("Send a key: up to 64 letters, digits, - and _.")]})
    return key


def _own(request: Request, ref: str) -> EnquiryPage:
    """The thread, if the company acted for is a side of it. Raises `NotFound`."""
    page = enquiry_page(ref, acting(request))
    if not page.side:
        raise NotFound
    return page
