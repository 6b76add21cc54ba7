"""What happens to orders and shipments when nobody acts, and how that is said to a reader.

Handlers run inside the sweep's transaction, after `lock`; they call operations only.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from marketplace.core.actors import Actor
from marketplace.core.deadlines import DeadlineKind
from marketplace.core.jobs import QUEUE_DEFAULT, QUEUE_SHIPMENTS
from marketplace.core.models import Deadline
from orders.operations.addenda import ADDENDUM_ANSWER, expire_addendum, lock_addendum
from orders.operations.delivery import CLOCK, ask_for_arrival, presume_delivery
from orders.operations.ending import lapse_order
from orders.operations.events import tell
from orders.operations.locking import lock_order, lock_shipment
from orders.states import SHIPPABLE, OrderState

_AUTO_LAPSE: Final = Actor.system("auto_lapse")


def _lock_order(subject: str) -> object:
    return lock_order(subject, CLOCK)


def _lock_shipment(subject: str) -> object:
    return lock_shipment(subject, CLOCK)


def _lock_addendum(subject: str) -> object:
    return lock_addendum(subject, CLOCK)


def _lapse(deadline: Deadline, at: datetime) -> None:
    order = lock_order(deadline.subject, CLOCK)
    if order.state == OrderState.PLACED:
        lapse_order(order=order, actor=_AUTO_LAPSE, at=at, reason=deadline.kind)


def _ship_by_passed(deadline: Deadline, at: datetime) -> None:
    order = lock_order(deadline.subject, CLOCK)
    if order.state not in SHIPPABLE:
        return
    order.late = True
    order.save(update_fields=["late"])
    tell(order, "shipment_late", actor=CLOCK, at=at, ship_by=order.ship_by.isoformat())


def _ask(deadline: Deadline, at: datetime) -> None:
    ask_for_arrival(deadline.subject, at)


def _presume(deadline: Deadline, at: datetime) -> None:
    presume_delivery(deadline.subject, at)


def _expire(deadline: Deadline, at: datetime) -> None:
    expire_addendum(deadline.subject, at)


def _explain_addendum(deadline: Deadline) -> str:
    return _(
        "A change of the contract waits for an answer. Without one by then it is off the table and the contract "
        "stays as it is."
    )


def _explain_answer(deadline: Deadline) -> str:
    return _("If the supplier has not answered by then, the order lapses; nothing is owed.")


def _explain_amendment(deadline: Deadline) -> str:
    return _("If the buyer has not answered the amended terms by then, the order lapses; nothing is owed.")


def _explain_ship_by(deadline: Deadline) -> str:
    return _(
        "The contract's ship-by date ends. If goods have not left by then, both sides are told that they are late, "
        "and the buyer may cancel what is not shipped with full refund of it."
    )


def _explain_arrival(deadline: Deadline) -> str:
    return _("If nobody has reported arrival by then, the buyer is asked whether the goods have come.")


def _explain_presumption(deadline: Deadline) -> str:
    if deadline.details.get("tracked"):
        return _(
            "The carrier has reported these goods: if nobody says otherwise, they count as delivered from then on."
        )
    return _(
        "The carrier has not reported these goods: if nobody says that they arrived, a dispute officer decides."
    )


KINDS: Final = (
    DeadlineKind("order_answer", QUEUE_DEFAULT, _lock_order, _lapse, _explain_answer),
    DeadlineKind("amendment_answer", QUEUE_DEFAULT, _lock_order, _lapse, _explain_amendment),
    DeadlineKind(ADDENDUM_ANSWER, QUEUE_DEFAULT, _lock_addendum, _expire, _explain_addendum),
    DeadlineKind("ship_by", QUEUE_SHIPMENTS, _lock_order, _ship_by_passed, _explain_ship_by),
    DeadlineKind("arrival_check", QUEUE_SHIPMENTS, _lock_shipment, _ask, _explain_arrival),
    DeadlineKind("presume_delivery", QUEUE_SHIPMENTS, _lock_shipment, _presume, _explain_presumption),
)
