"""What happens to a payment by the clock, and how that is said to a reader."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from marketplace.core.deadlines import DeadlineKind
from marketplace.core.jobs import QUEUE_HOLDS
from marketplace.core.models import Deadline
from trade_assurance.payments.operations import warn_of_refund_window
from trade_assurance.payments.operations.payments import REFUND_WINDOW, locked_payment


def _warn(deadline: Deadline, at: datetime) -> None:
    warn_of_refund_window(payment_ref=deadline.subject, at=at)


def _explain(deadline: Deadline) -> str:
    return _(
        "Two weeks later the way it was paid by takes no money back any more: a refund then goes by bank transfer. "
        "The finance desk and the buyer are told."
    )


KINDS: Final = (DeadlineKind(REFUND_WINDOW, QUEUE_HOLDS, locked_payment, _warn, _explain),)
