"""Who may open the routes of the dashboard, of claims and cases, and of the officers' desk.

The cases here are of companies that none of the personas belongs to; what each role of both sides may
do in a case of their own is in `tests/disputes/`.
"""

from __future__ import annotations

from typing import Any

from marketplace.core.ids import new_key
from tests.access import EVERYBODY, Outcome, Outcomes, Route, outcomes
from tests.factories.disputes import ESCALATED_AT, a_claim, an_escalated_case
from tests.factories.evidence import a_case_with_a_picture, a_proposed_inspection
from tests.factories.holds import a_delivered_order
from tests.factories.strikes import a_standing_strike
from trade_assurance.disputes.operations import signing_key

CLOSED: Outcomes = dict.fromkeys(EVERYBODY, Outcome.CLOSED)
HIDDEN_FROM_COMPANIES = outcomes(Outcome.ONWARD, anonymous=Outcome.LOGIN, members=Outcome.HIDDEN)
COMPANY_MEMBERS = outcomes(Outcome.ONWARD, anonymous=Outcome.LOGIN, members=Outcome.OPEN)
DISPUTES_DESK = outcomes(
    Outcome.REFUSED,
    anonymous=Outcome.LOGIN,
    dispute_officer=Outcome.OPEN,
    staff_without_factor=Outcome.ONWARD,
)


def a_delivered(_world: Any) -> dict[str, object]:
    """An order that could be claimed on."""
    return {"ref": a_delivered_order().ref}


def a_case(_world: Any) -> dict[str, object]:
    """A claim under negotiation."""
    return {"ref": a_claim()[1].ref}


def an_offer(_world: Any) -> dict[str, object]:
    """A claim and a version of an offer."""
    return {"ref": a_claim()[1].ref, "version": 1}


def an_escalated(_world: Any) -> dict[str, object]:
    """A case at the desk."""
    return {"ref": an_escalated_case()[1].ref}


def a_strike(_world: Any) -> dict[str, object]:
    """A strike of a supplier that none of the personas belongs to."""
    return {"ref": a_standing_strike().ref}


def a_picture_in_a_case(_world: Any) -> dict[str, object]:
    """A picture in a case at the desk, with its preview."""
    return a_case_with_a_picture()


def an_inspection(_world: Any) -> dict[str, object]:
    """A proposed inspection in a case that none of the personas has taken."""
    return a_proposed_inspection()


def a_published_key(_world: Any) -> dict[str, object]:
    """A key that signs evidence."""
    return {"fingerprint": signing_key(at=ESCALATED_AT).fingerprint}


BUNDLES = outcomes(
    Outcome.HIDDEN, anonymous=Outcome.LOGIN, dispute_officer=Outcome.OPEN, finance_officer=Outcome.OPEN
)
EVERYONE = dict.fromkeys(EVERYBODY, Outcome.OPEN)
OFFICERS_ONLY = outcomes(Outcome.HIDDEN, anonymous=Outcome.LOGIN, dispute_officer=Outcome.OPEN)
NOT_THEIR_STEP = outcomes(Outcome.HIDDEN, anonymous=Outcome.LOGIN, dispute_officer=Outcome.REFUSED)
ROUTES = (
    Route("bundles", get=BUNDLES, post=CLOSED, kwargs=an_escalated),
    Route("bundle_ask", get=CLOSED, post=BUNDLES, kwargs=an_escalated),
    Route("evidence_keys", get=EVERYONE, post=CLOSED),
    Route("evidence_key_file", get=EVERYONE, post=CLOSED, kwargs=a_published_key),
    Route("bundle_verifier", get=EVERYONE, post=CLOSED),
    Route("evidence_file", get=OFFICERS_ONLY, post=CLOSED, kwargs=a_picture_in_a_case),
    Route(
        "evidence_picture",
        get=OFFICERS_ONLY,
        post=CLOSED,
        kwargs=lambda world: a_picture_in_a_case(world) | {"size": "thumb"},
    ),
    Route("inspections", get=OFFICERS_ONLY, post=CLOSED, kwargs=an_escalated),
    Route(
        "inspection_propose",
        get=CLOSED,
        post=outcomes(Outcome.HIDDEN, anonymous=Outcome.LOGIN, dispute_officer=Outcome.OPEN),
        kwargs=an_escalated,
        note="an officer's empty form comes back with what is missing",
    ),
    *(
        Route(
            name,
            get=CLOSED,
            post=NOT_THEIR_STEP,
            kwargs=an_inspection,
            data=lambda _world: {"idempotency_key": new_key()},
        )
        for name in ("inspection_agree", "inspection_decline", "inspection_withdraw")
    ),
    Route(
        "inspection_report",
        get=CLOSED,
        post=outcomes(Outcome.HIDDEN, anonymous=Outcome.LOGIN, dispute_officer=Outcome.OPEN),
        kwargs=an_inspection,
        note="an officer's empty form comes back with what is missing",
    ),
    Route("dispute_figures", get=dict.fromkeys(EVERYBODY, Outcome.OPEN), post=CLOSED),
    Route("strikes", get=COMPANY_MEMBERS, post=CLOSED),
    Route(
        "strike_appeal",
        get=CLOSED,
        post=HIDDEN_FROM_COMPANIES,
        kwargs=a_strike,
        data=lambda _world: {"idempotency_key": new_key(), "text": "Because of this walk"},
    ),
    Route("desk_strikes", get=DISPUTES_DESK, post=CLOSED),
    Route("strike_answer", get=CLOSED, post=DISPUTES_DESK, kwargs=a_strike),
    Route(
        "dashboard",
        get=outcomes(Outcome.OPEN, anonymous=Outcome.LOGIN, newcomer=Outcome.ONWARD),
        post=CLOSED,
    ),
    Route("dispute_open", get=HIDDEN_FROM_COMPANIES, post=HIDDEN_FROM_COMPANIES, kwargs=a_delivered),
    Route(
        "dispute",
        get=outcomes(Outcome.HIDDEN, anonymous=Outcome.LOGIN, dispute_officer=Outcome.OPEN),
        post=CLOSED,
        kwargs=a_case,
        note="an officer is led to the desk's page",
    ),
    *(
        Route(name, get=CLOSED, post=HIDDEN_FROM_COMPANIES, kwargs=a_case)
        for name in (
            "dispute_accept",
            "dispute_withdraw",
            "offer_make",
            "dispute_message",
            "dispute_evidence",
            "dispute_rest",
            "dispute_escalate",
            "dispute_waive",
            "dispute_appeal",
            "appeal_withdraw",
            "range_seal",
            "range_withdraw",
            "promise_send",
            "promise_confirm",
            "promise_contest",
        )
    ),
    Route("offer_accept", get=CLOSED, post=HIDDEN_FROM_COMPANIES, kwargs=an_offer),
    Route("offer_decline", get=CLOSED, post=HIDDEN_FROM_COMPANIES, kwargs=an_offer),
    Route("offer_withdraw", get=CLOSED, post=HIDDEN_FROM_COMPANIES, kwargs=an_offer),
    Route("desk_disputes", get=DISPUTES_DESK, post=CLOSED),
    Route("desk_dispute", get=DISPUTES_DESK, post=CLOSED, kwargs=an_escalated),
    Route("case_take", get=CLOSED, post=DISPUTES_DESK, kwargs=an_escalated),
    *(
        Route(name, get=CLOSED, post=DISPUTES_DESK, kwargs=an_escalated)
        for name in (
            "case_assign",
            "case_pause",
            "case_resume",
            "decision_approve",
            "decision_reject",
        )
    ),
    Route("case_hand_back", get=CLOSED, post=DISPUTES_DESK, kwargs=an_escalated),
    Route("case_message", get=CLOSED, post=DISPUTES_DESK, kwargs=an_escalated),
    Route("case_decide", get=DISPUTES_DESK, post=DISPUTES_DESK, kwargs=an_escalated),
)
