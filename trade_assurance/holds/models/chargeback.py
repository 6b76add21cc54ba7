"""What a chargeback does to a trade: what of which hold it keeps still, and who bore it in the end."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import REF_LENGTH
from marketplace.core.models import StatefulModel, TransitionRecord
from marketplace.core.money import Money
from marketplace.core.querysets import LockableQuerySet
from trade_assurance.holds.states import CASE_TRANSITIONS, CaseState

_AMOUNTS = (
    "covered_minor",
    "from_credit_minor",
    "from_held_minor",
    "from_commission_minor",
    "from_kept_minor",
    "from_balance_minor",
    "to_debt_minor",
    "unexplained_minor",
)


def _none_negative() -> Q:
    condition = Q()
    for name in _AMOUNTS:
        condition &= Q(**{f"{name}__gte": 0})
    return condition


class ChargebackCase(StatefulModel):
    """One chargeback of the payments below, seen from the trade: `ref` is the chargeback's reference.

    Lost, the amount is exactly what was owed to the payer anyway (`covered`), what was the payer's credit, what was held, the commission given
    back, what the supplier gave (kept back, balance, debt), and what nothing explains: refunded as well. These parts
    stay when it is won after all, so that a repeated loss knows who has what.
    """

    TRANSITIONS = CASE_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True)
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="chargebacks")
    payment_ref = models.CharField(max_length=REF_LENGTH)
    provider = models.CharField(max_length=32)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=CaseState)
    covered_minor = models.BigIntegerField(default=0)
    from_credit_minor = models.BigIntegerField(default=0)
    from_held_minor = models.BigIntegerField(default=0)
    from_commission_minor = models.BigIntegerField(default=0)
    from_kept_minor = models.BigIntegerField(default=0)
    from_balance_minor = models.BigIntegerField(default=0)
    to_debt_minor = models.BigIntegerField(default=0)
    unexplained_minor = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = LockableQuerySet["ChargebackCase"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="chargeback_case_is_positive"),
            models.CheckConstraint(condition=_none_negative(), name="chargeback_case_no_part_is_negative"),
            models.CheckConstraint(
                condition=~Q(state=CaseState.LOST)
                | Q(
                    amount_minor=F("covered_minor")
                    + F("from_credit_minor")
                    + F("from_held_minor")
                    + F("from_commission_minor")
                    + F("from_kept_minor")
                    + F("from_balance_minor")
                    + F("to_debt_minor")
                    + F("unexplained_minor")
                ),
                name="chargeback_case_lost_is_borne_in_full",
            ),
        ]
        indexes = [models.Index(fields=["opened_at"], condition=Q(state="open"), name="chargeback_case_open")]

    def __str__(self) -> str:
        return f"{self.ref} {self.state}"

    @property
    def money(self) -> Money:
        """What the payer's bank took."""
        return Money(self.amount_minor, self.currency)

    @property
    def has_been_lost(self) -> bool:
        """Whether it was lost before: the holds gave theirs then, and give nothing a second time."""
        return any(getattr(self, name) for name in _AMOUNTS)

    @property
    def from_supplier_minor(self) -> int:
        """What the supplier bore."""
        return self.from_kept_minor + self.from_balance_minor + self.to_debt_minor


class CaseTransition(TransitionRecord):
    """One step of a chargeback's case."""

    case = models.ForeignKey(ChargebackCase, on_delete=models.PROTECT, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class ChargebackPart(models.Model):
    """What a chargeback asks of one hold: `target_minor` of it is disputed, `frozen_minor` of that lies still there.

    Lost, `from_held_minor` left the hold and `from_released_minor` was taken back, `commission_minor` of it as
    commission.
    """

    case = models.ForeignKey(ChargebackCase, on_delete=models.PROTECT, related_name="parts")
    hold = models.ForeignKey("ta_holds.Hold", on_delete=models.PROTECT, related_name="chargeback_parts")
    target_minor = models.BigIntegerField()
    frozen_minor = models.BigIntegerField(default=0)
    from_held_minor = models.BigIntegerField(default=0)
    from_released_minor = models.BigIntegerField(default=0)
    commission_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "hold"], name="chargeback_part_once_per_hold"),
            models.CheckConstraint(
                condition=Q(frozen_minor__gte=0, frozen_minor__lte=F("target_minor")),
                name="chargeback_part_freezes_not_above_target",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_minor}"
