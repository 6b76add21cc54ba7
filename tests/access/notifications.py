"""Who may open the routes of notifications: each person their own. The mailbox is no route outside local mode."""

from __future__ import annotations

from tests.access import EVERYBODY, Outcome, Route, outcomes

ROUTES = (
    Route(
        "notifications",
        get=outcomes(Outcome.OPEN, anonymous=Outcome.LOGIN),
        post=dict.fromkeys(EVERYBODY, Outcome.CLOSED),
    ),
    Route(
        "notifications_read",
        get=dict.fromkeys(EVERYBODY, Outcome.CLOSED),
        post=outcomes(Outcome.OPEN, anonymous=Outcome.LOGIN),
    ),
    Route(
        "notification_open",
        get=dict.fromkeys(EVERYBODY, Outcome.CLOSED),
        post=outcomes(Outcome.HIDDEN, anonymous=Outcome.LOGIN),
        kwargs=lambda world: {"notification_id": 0},
        note="nobody's",
    ),
)
