"""The replay on a made-up trader: to the cent, stoppable at any step, and no row written past the operations."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from catalog.models import Product
from catalog.states import ProductState
from marketplace.core.books import find_discrepancies
from marketplace.core.deadlines import next_wake
from marketplace.demo.northwind.agenda import Step, plan
from marketplace.demo.northwind.data import DataError, load
from marketplace.demo.northwind.report import Totals, add_up
from marketplace.notifications.models import Notification
from orders.models import Order, OrderTransition
from orders.states import OrderState
from tests.factories.accounts import a_person
from trade_assurance.disputes.models import Dispute
from trade_assurance.holds.models import Payout
from trade_assurance.payments.models import Refund

FOLDER = Path(__file__).parent / "northwind"
CENT = Decimal("0.01")


def half_up(amount: Decimal) -> int:
    return int((amount / CENT).to_integral_value(ROUND_HALF_UP))


def expected() -> Totals:
    """Added up from the files with other means than the marketplace's."""
    orders = load(FOLDER).orders
    goods = freight = refunded = released = commission = 0
    for order in orders:
        own = sum(
            half_up(line.unit_price * line.quantity * (1 - Decimal(line.discount_bps) / 10_000))
            for line in order.lines
        )
        back = 0
        if order.shipped_on is None:
            back = own + order.freight_minor
        elif order.shipped_on > order.required_on:
            back = half_up(Decimal(own).scaleb(-2) / 10)
        kept = own + order.freight_minor - back
        goods, freight, refunded, released = (
            goods + own,
            freight + order.freight_minor,
            refunded + back,
            released + kept,
        )
        commission += half_up(Decimal(kept).scaleb(-2) * 3 / 100)
    return Totals(
        len(orders), goods, freight, goods + freight, 0, released, commission, refunded, released - commission
    )


def replay(folder: Path = FOLDER) -> str:
    out = StringIO()
    call_command("replay_northwind", str(folder), stdout=out)
    return out.getvalue()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_replay_comes_to_the_cent_and_a_second_run_changes_nothing() -> None:
    said = replay()
    assert add_up() == expected()
    assert "The books are clean." in said
    assert next_wake() is None
    assert find_discrepancies() == []
    states = Counter(Order.objects.values_list("state", flat=True))
    assert states == {OrderState.COMPLETED: 6, OrderState.CANCELLED: 1}
    never = Order.objects.get(state=OrderState.CANCELLED)
    assert OrderTransition.objects.get(order=never, to_state=OrderState.CANCELLED).actor.startswith("system:")
    assert Dispute.objects.count() == 3  # 103 late; 104 late at two suppliers
    assert not Notification.objects.filter(channel="mail").exists()
    assert Product.objects.get(title="Cider").state == ProductState.PAUSED
    assert set(Payout.objects.values_list("state", flat=True)) == {"confirmed"}
    assert set(Refund.objects.values_list("state", flat=True)) == {"confirmed"}
    rows = (OrderTransition.objects.count(), Notification.objects.count(), Payout.objects.count())
    assert "everything had been replayed before" in replay()
    assert rows == (OrderTransition.objects.count(), Notification.objects.count(), Payout.objects.count())
    assert add_up() == expected()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("steps", [1, 4, 9, 17, 26, 40, 61])
def test_replay_stopped_after_some_steps_continues_to_the_same_figures(
    steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by kill -9: the process ends in the middle of a moment, whatever it had told nobody yet."""
    from marketplace.demo.northwind.steps import Trades

    class Killed(BaseException):
        pass

    taken: list[Step] = []
    take = Trades.take

    def take_until(self: Trades, order: object, step: Step, at: object) -> bool:
        if len(taken) == steps:
            raise Killed
        done = take(self, order, step, at)  # type: ignore[arg-type]
        if done:
            taken.append(step)
        return done

    monkeypatch.setattr(Trades, "take", take_until)
    with pytest.raises(Killed):
        replay()
    monkeypatch.undo()
    replay()
    assert add_up() == expected()


@pytest.mark.django_db
def test_replay_into_a_database_of_other_people_is_refused() -> None:
    a_person()
    with pytest.raises(CommandError, match="one of its own"):
        replay()
    assert not Order.objects.exists()


def test_load_of_a_folder_without_the_files_says_which(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"suppliers\.csv"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("orders.csv", "1996-07-08", "8 July"),
        ("order_lines.csv", "14.40", "a lot"),
        ("customers.csv", "Germany", "Atlantis"),
    ],
)
def test_load_of_a_row_that_cannot_be_read_names_file_and_line(
    tmp_path: Path, file: str, before: str, after: str
) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "data")
    text = (folder / file).read_text()
    (folder / file).write_text(text.replace(before, after, 1))
    line = next(number for number, row in enumerate(text.splitlines(), 1) if before in row)
    with pytest.raises(DataError, match=f"{file}, line {line}"):
        load(folder)


def test_load_cleans_what_the_data_writes_oddly() -> None:
    data = load(FOLDER)
    assert (data.suppliers[1].country, data.suppliers[2].country) == ("GB", "US")
    assert (data.suppliers[1].website, data.suppliers[2].website) == ("", "http://salt.example/home.htm")


def test_plan_gives_freight_to_the_first_rows_supplier_and_postpones_only_the_very_late() -> None:
    orders = {(order.order_id, order.supplier_id): order for order in load(FOLDER).orders}
    assert (orders[101, 2].freight_minor, orders[101, 1].freight_minor) == (3238, 0)
    postponed = {entry.order_id for entry in plan(tuple(orders.values())) if entry.step is Step.POSTPONE}
    assert postponed == {104}


@pytest.mark.proof
@pytest.mark.django_db(transaction=True)
def test_replay_of_the_real_data_reproduces_its_published_sums() -> None:
    """The sums that the data's own description states; needs `make proof DATA=<folder that holds northwind/>`."""
    folder = Path(os.environ.get("PORTOLAN_DATA", "/nowhere")) / "northwind"
    assert folder.is_dir(), "make proof DATA=<the folder that holds northwind/>"
    replay(folder)
    assert add_up() == Totals(
        orders=2_076,
        goods=126_579_329,
        freight=6_494_269,
        funded=133_073_598,
        held=0,
        released=129_715_730,
        commission=3_891_541,
        refunded=3_357_868,
        paid_out=125_824_189,
    )
