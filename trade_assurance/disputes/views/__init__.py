"""Pages of the dashboard (`home`), of claims and cases (`cases`) and of the officers' desk (`desks`)."""

from trade_assurance.disputes.views.cases import (
    dispute,
    dispute_accept,
    dispute_escalate,
    dispute_evidence,
    dispute_message,
    dispute_open,
    dispute_rest,
    dispute_waive,
    dispute_withdraw,
    offer_accept,
    offer_decline,
    offer_make,
)
from trade_assurance.disputes.views.desks import (
    case_decide,
    case_hand_back,
    case_message,
    case_take,
    desk_dispute,
    desk_disputes,
)
from trade_assurance.disputes.views.home import dashboard
from trade_assurance.disputes.views.statistics import dispute_figures
from trade_assurance.disputes.views.strikes import desk_strikes, strike_answer, strike_appeal, strikes

__all__ = [
    "case_decide",
    "case_hand_back",
    "case_message",
    "case_take",
    "dashboard",
    "desk_dispute",
    "desk_disputes",
    "desk_strikes",
    "dispute",
    "dispute_accept",
    "dispute_escalate",
    "dispute_evidence",
    "dispute_figures",
    "dispute_message",
    "dispute_open",
    "dispute_rest",
    "dispute_waive",
    "dispute_withdraw",
    "offer_accept",
    "offer_decline",
    "offer_make",
    "strike_answer",
    "strike_appeal",
    "strikes",
]
