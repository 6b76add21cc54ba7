"""Money that a card or wallet processor carries: said at contract time, warned about at 75 days, decided before 85."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from marketplace.core.models import Deadline, OutboxEvent
from tests.factories import days
from tests.factories.accounts import signed_in
from tests.factories.chargebacks import TOTAL, paid_by_card, sums
from tests.factories.holds import FUNDED_AT, a_confirmed_order, a_funded_order, sweep
from tests.factories.orders import a_placed_order
from tests.factories.rails import CardRail

pytestmark = pytest.mark.django_db


def told(kind: str) -> int:
    return OutboxEvent.objects.filter(kind=kind).count()


def test_card_money_is_warned_about_at_75_days_and_to_be_decided_at_84(rail: CardRail) -> None:
    del rail
    trade, _payment = paid_by_card(a_confirmed_order(a_placed_order(ship_by=date(2026, 6, 30))))
    warning = Deadline.objects.get(kind="hold_age_warning", state="open")
    assert warning.due_at == FUNDED_AT + days(75)
    sweep(FUNDED_AT + days(74))
    assert told("hold_age_warning") == 0
    sweep(FUNDED_AT + days(75))
    assert told("hold_age_warning") == 1
    assert Deadline.objects.get(kind="hold_age_decision", state="open").due_at == FUNDED_AT + days(84)
    sweep(FUNDED_AT + days(84))
    assert (told("hold_age_decision"), sums(trade)) == (1, (TOTAL, 0, 0, 0))


def test_bank_money_has_no_such_clock() -> None:
    a_funded_order()
    assert not Deadline.objects.filter(kind="hold_age_warning").exists()


@pytest.mark.parametrize(("ship_by", "said"), [(date(2026, 3, 20), False), (date(2026, 6, 30), True)])
def test_pay_page_says_when_the_order_outlasts_a_processor(ship_by: date, said: bool) -> None:
    trade = a_confirmed_order(a_placed_order(ship_by=ship_by, transport_mode="express", incoterms_rule="FCA"))
    with time_machine.travel(FUNDED_AT, tick=False):
        page = signed_in(trade.buyer).get(f"/orders/{trade.ref}/pay/").content.decode()
    assert ("longer than the 85 days" in page) is said
