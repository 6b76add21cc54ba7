"""A company's own orders, read by its members. Writing comes with the full API."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import cast

from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed, NotFound
from marketplace.core.http import ActingRequest, actor_of
from orders.policies import is_party
from orders.queries import SORTS, STATE_GROUPS, OrderFilter, find_order, order_list, order_page
from orders.serializers import OrderListSerializer, OrderSerializer
from orders.states import OrderState

_PAGE_SIZE = 50
_LONGEST_SAID = 40
_SIDES = ("buying", "selling")
_STATES = (*STATE_GROUPS, *OrderState.values)


def acting(request: Request) -> Actor:
    """The person, acting for a company. Raises `NotAllowed` for one without."""
    actor = actor_of(cast(HttpRequest, request))
    if actor.company_id is None:
        raise NotAllowed
    return actor


def one_of(asked: Mapping[str, str], name: str, choices: Collection[str]) -> str:
    """What was asked for by name, empty for nothing. Raises `ValidationError` for what is not among the choices."""
    said = asked.get(name, "")
    if said and said not in choices:
        words = _("“%(said)s” is not among the choices: %(choices)s.")
        raise ValidationError({name: [words % {"said": said[:_LONGEST_SAID], "choices": ", ".join(choices)}]})
    return said


class OrdersView(APIView):
    """Orders of the company acted for, from either side."""

    @extend_schema(
        operation_id="orders_list",
        parameters=[
            OpenApiParameter("side", enum=_SIDES),
            OpenApiParameter("state", enum=_STATES),
            OpenApiParameter("text", description="in number, companies and products"),
            OpenApiParameter("sort", enum=list(SORTS)),
            OpenApiParameter("cursor", description="`next_cursor` of the page before"),
        ],
        responses=OrderListSerializer,
    )
    def get(self, request: Request) -> Response:
        """A page of the list."""
        asked = request.query_params
        wanted = OrderFilter(
            side=one_of(asked, "side", _SIDES),
            state=one_of(asked, "state", _STATES),
            text=asked.get("text", ""),
            sort=one_of(asked, "sort", SORTS) or "newest",
        )
        found = order_list(acting(request), wanted, cursor=asked.get("cursor", ""), size=_PAGE_SIZE)
        return Response(OrderListSerializer(found).data)


class OrderView(APIView):
    """One order of the company acted for."""

    @extend_schema(operation_id="orders_retrieve", responses=OrderSerializer)
    def get(self, request: Request, ref: str) -> Response:
        """The order with its lines, shipments, what happened and what comes."""
        actor = acting(request)
        if not is_party(actor, find_order(ref, actor)):
            raise NotFound
        at = cast(ActingRequest, request).at
        return Response(OrderSerializer(order_page(ref, actor, at)).data)
