"""Who may open the routes of the ground and of the API's front door: health, the operator's desk, the books, the schema."""

from __future__ import annotations

from tests.access import EVERYBODY, Outcome, Outcomes, Route, outcomes

CLOSED: Outcomes = dict.fromkeys(EVERYBODY, Outcome.CLOSED)
PUBLIC = outcomes(Outcome.OPEN)
OPERATOR = outcomes(
    Outcome.REFUSED,
    anonymous=Outcome.LOGIN,
    operator=Outcome.OPEN,
    staff_without_factor=Outcome.ONWARD,
)
FINANCE = outcomes(
    Outcome.REFUSED,
    anonymous=Outcome.LOGIN,
    finance_officer=Outcome.OPEN,
    staff_without_factor=Outcome.ONWARD,
)

ROUTES = (
    Route("healthz", get=PUBLIC, post=CLOSED),
    Route(
        "readyz",
        get=PUBLIC,
        post=CLOSED,
        note="503 while something is not good: for machines, nothing secret",
    ),
    Route("desk_settings", get=OPERATOR, post=CLOSED),
    Route(
        "desk_setting",
        get=OPERATOR,
        post=OPERATOR,
        kwargs=lambda world: {"key": "clocks.answer_days"},
        data=lambda world: {"value": "5", "reason": "Because of this walk"},
    ),
    Route("desk_books", get=FINANCE, post=CLOSED),
    Route("api_docs", get=PUBLIC, post=CLOSED),
    Route("api_schema", get=PUBLIC, post=CLOSED),
    Route("api_products", get=PUBLIC, post=CLOSED),
    Route("api_product", get=PUBLIC, post=CLOSED, kwargs=lambda world: {"ref": world.papers.live.ref}),
    Route(
        "api_product",
        get=outcomes(Outcome.HIDDEN),
        post=CLOSED,
        kwargs=lambda world: {"ref": world.papers.draft.ref},
        note="a draft is not published, not even to its own people",
    ),
    Route("api_categories", get=PUBLIC, post=CLOSED),
)
