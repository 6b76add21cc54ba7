"""The stand-in itself: it takes nothing that the installed library does not define, or it would prove nothing."""

from __future__ import annotations

from typing import Any, cast

import pytest
import stripe

from tests.payments.stripe_standin import Standin
from tests.payments.stripe_standin.definitions import Wrong, definition_of, demand
from tests.payments.stripe_standin.forms import read_form
from trade_assurance.payments.providers.stripe_rail.keys import client

SESSION: Any = {
    "mode": "payment",
    "success_url": "https://shop.example/back",
    "line_items": [
        {
            "quantity": 1,
            "price_data": {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Yarn"}},
        }
    ],
}


def refused(params: dict[str, Any]) -> str:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client().v1.checkout.sessions.create(cast(Any, {**SESSION, **params}))
    return str(caught.value.param)


def test_what_the_library_does_not_define_is_refused(standin: Standin) -> None:
    assert refused({"payment_method_types": ["card"]}) == "payment_method_types"
    assert refused({"mode": "gift"}) == "mode"
    assert refused({"expires_at": "tomorrow"}) == "expires_at"
    assert refused({"adaptive_pricing": {"enabled": "perhaps"}}) == "adaptive_pricing[enabled]"
    assert (
        refused({"line_items": [{"quantity": 1, "price_data": {"unit_amount": 5}}]})
        == "line_items[0][price_data][currency]"
    )
    assert refused({"metadata": {"deep": {"er": "x"}}}) == "metadata"
    assert refused({"success_url": "/payments/back/"}) == "success_url"
    assert standin.world.all("checkout.session") == []


def test_key_answers_the_same_and_only_for_the_same_request(standin: Standin) -> None:
    sessions = client().v1.checkout.sessions
    first = sessions.create(SESSION, {"idempotency_key": "k"})
    assert sessions.create(SESSION, {"idempotency_key": "k"}).id == first.id
    with pytest.raises(stripe.IdempotencyError):
        sessions.create(cast(Any, {**SESSION, "locale": "de"}), {"idempotency_key": "k"})
    standin.world.now += 90_000
    assert sessions.create(SESSION, {"idempotency_key": "k"}).id != first.id


def test_error_is_stored_in_the_first_version_of_the_api_and_finished_in_the_second(standin: Standin) -> None:
    standin.fault("post /v1/checkout/sessions", "error_before")
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            client().v1.checkout.sessions.create(SESSION, {"idempotency_key": "k"})
    assert standin.world.all("checkout.session") == []


@pytest.mark.parametrize(
    ("verb", "path", "form", "where"),
    [
        ("post", "/v1/transfers", "amount=5&currency=usd", "destination"),
        ("post", "/v1/transfers", "amount=5.0&currency=usd&destination=acct_1", "amount"),
        ("post", "/v1/refunds", "origin=charge", "origin"),
        ("post", "/v1/files", "purpose=gift&file=x", "purpose"),
        ("get", "/v1/balance_transactions", "created[from]=1", "created[from]"),
        ("get", "/v1/refunds", "metadata[operation]=1", "metadata"),
        ("post", "/v1/disputes/du_1", "evidence[story]=x", "evidence[story]"),
    ],
)
def test_parameters_are_held_against_their_definition(verb: str, path: str, form: str, where: str) -> None:
    definition = definition_of(verb, path)
    assert definition is not None
    with pytest.raises(Wrong) as caught:
        demand(read_form(form), definition, typed=False)
    assert caught.value.param == where


def test_second_version_of_the_api_takes_types_and_not_their_text() -> None:
    definition = definition_of("post", "/v2/core/accounts")
    assert definition is not None
    transfers: dict[str, Any] = {"requested": "true"}
    asked = {
        "configuration": {"recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": transfers}}}}
    }
    with pytest.raises(Wrong):
        demand(asked, definition, typed=True)
    transfers["requested"] = True
    assert demand(asked, definition, typed=True) == asked
    with pytest.raises(Wrong):
        demand({"dashboard": "golden"}, definition, typed=True)


def test_path_of_nobody_has_no_definition() -> None:
    assert definition_of("post", "/v1/escrows") is None
    assert definition_of("delete", "/v1/refunds/re_1") is None
