"""A company's own enquiries in the API: listed, read, answered. Files are sent on the page."""

from __future__ import annotations

from typing import cast

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.errors import NotFound
from marketplace.core.forms import sent_key
from marketplace.core.http import ActingRequest
from orders.api import acting
from orders.enquiry_serializers import EnquiryListSerializer, EnquirySerializer, NewMessageSerializer
from orders.operations.enquiries import write_in_enquiry
from orders.queries.enquiries import EnquiryPage, enquiry_list, enquiry_page
from orders.states import Audience, EnquiryState

_PAGE_SIZE = 50
_SIDES = {"selling": Audience.SUPPLIER, "buying": Audience.BUYER}


class EnquiriesView(APIView):
    """Enquiries of the company acted for, of one side."""

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
        side = _SIDES.get(asked.get("side", ""), Audience.SUPPLIER)
        state, after = asked.get("state", ""), asked.get("after", "")
        found = enquiry_list(acting(request), side, state=state, after=after, size=_PAGE_SIZE)
        return Response(EnquiryListSerializer(found).data)


class EnquiryView(APIView):
    """One enquiry of the company acted for."""

    @extend_schema(operation_id="enquiries_retrieve", responses=EnquirySerializer)
    def get(self, request: Request, ref: str) -> Response:
        """The whole thread."""
        return Response(EnquirySerializer(_own(request, ref)).data)


class EnquiryMessagesView(APIView):
    """The messages of one enquiry."""

    @extend_schema(
        operation_id="enquiries_write",
        request=NewMessageSerializer,
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                location=OpenApiParameter.HEADER,
                required=True,
                description="the same key with the same words is the same message",
            )
        ],
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
            actor=acting(request),
            key=sent_key(request.headers.get("Idempotency-Key", "")),
            at=cast(ActingRequest, request).at,
        )
        return Response(EnquirySerializer(_own(request, ref)).data, status=201)


def _own(request: Request, ref: str) -> EnquiryPage:
    """The thread, if the company acted for is a side of it. Raises `NotFound`."""
    page = enquiry_page(ref, acting(request))
    if not page.side:
        raise NotFound
    return page
