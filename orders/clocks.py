"""The operator's settings that orders stand on, and how an order reads its own frozen copy of them.

Must not read a present setting for an order already placed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Text
from marketplace.core.operator_settings import SettingDefinition, SettingKind
from orders.states import TransportMode

PREFIX: Final = "clocks."
COMMISSION_KEY: Final = "orders.commission_bps"
TOLERANCE_KEY: Final = "orders.quantity_tolerance_bps"
SAMPLE_AGAIN_KEY: Final = f"{PREFIX}sample_again_days"
ENQUIRIES_KEY: Final = "orders.enquiries_a_day"
TOLERANCE_LIMIT_BPS: Final = 2_000
_GROUP = _("Clocks")


def _days(
    name: str, default: int, label: Text, help_text: Text = "", *, maximum: int = 180
) -> SettingDefinition:
    return SettingDefinition(
        key=f"{PREFIX}{name}",
        group=_GROUP,
        kind=SettingKind.DAYS,
        default=default,
        label=label,
        help=help_text,
        minimum=1,
        maximum=maximum,
    )


SETTINGS: Final = (
    _days("answer_days", 3, _("Supplier answers an order within"), _("Then the order lapses.")),
    _days("amendment_days", 3, _("Buyer answers amended terms within"), _("Then the order lapses.")),
    _days("funding_days", 7, _("Buyer pays after confirmation within"), _("Then the order lapses.")),
    _days(
        "balance_days",
        7,
        _("Buyer pays the balance after all goods are packed within"),
        _("Until it is paid the supplier's own clocks stand still; then the supplier may cancel."),
    ),
    _days(
        "cancel_unpaid_days",
        14,
        _("An order whose balance is not paid cancels by itself after"),
        _("Counted from when the balance was due. The supplier may cancel sooner."),
    ),
    _days(
        "deposit_answer_days",
        7,
        _("Buyer answers what the supplier keeps of the deposit within"),
        _("When the supplier cancelled because the balance was not paid. A claim stops it."),
    ),
    _days(
        "top_up_days",
        5,
        _("Buyer pays for goods beyond the order, within the tolerance, within"),
        _("Then the shipment is unpacked: what was ordered is packed again, nothing is owed for the rest."),
    ),
    _days("payment_reminder_days", 2, _("Buyer is reminded of a payment before it is due by")),
    _days(
        "cancel_after_ship_by_days",
        14,
        _("Unshipped goods cancel by themselves after the ship-by date"),
        _("With full refund of them. The buyer may postpone it."),
    ),
    _days("arrival_ask_days", 7, _("Buyer is asked after the promised arrival")),
    _days(
        "arrival_presume_days",
        7,
        _("Delivery is presumed after the question"),
        _("When the carrier has reported the goods; otherwise an officer decides."),
    ),
    _days("inspection_express_days", 15, _("Inspection after delivery by express courier")),
    _days("inspection_air_days", 15, _("Inspection after delivery by air")),
    _days("inspection_land_days", 30, _("Inspection after delivery by road or rail")),
    _days("inspection_sea_days", 45, _("Inspection after delivery by sea")),
    _days("inspection_sample_days", 7, _("Inspection of sample orders")),
    _days(
        "sample_again_days",
        90,
        _("A buyer may order the same sample again after"),
        _("Samples that were declined, lapsed or cancelled do not count."),
    ),
    SettingDefinition(
        key=COMMISSION_KEY,
        group=_("Commission"),
        kind=SettingKind.BASIS_POINTS,
        default=300,
        label=_("Commission on what is released to the supplier"),
        help=_("In hundredths of a percent: 300 is 3 %. Frozen on an order when it is confirmed."),
        minimum=0,
        maximum=5000,
    ),
    # 5 %: what UCP 600, article 30 b allows where a quantity is not stated in pieces or packages.
    SettingDefinition(
        key=TOLERANCE_KEY,
        group=_("Contract"),
        kind=SettingKind.BASIS_POINTS,
        default=500,
        label=_("Tolerance on quantities sold by weight or measure"),
        help=_(
            "In hundredths of a percent: 500 is 5 % more or less. Every new order takes it over; the supplier may "
            "propose another before the contract. Counted goods have none."
        ),
        minimum=0,
        maximum=TOLERANCE_LIMIT_BPS,
    ),
    SettingDefinition(
        key=ENQUIRIES_KEY,
        group=_("Enquiries"),
        kind=SettingKind.COUNT,
        default=30,
        label=_("Enquiries of one company within a day"),
        help=_("Further ones are refused with the advice to send them the next day."),
        minimum=1,
        maximum=1000,
    ),
)


_DEFAULTS: Final = {definition.key: definition.default for definition in SETTINGS}


def clock_days(clocks: Mapping[str, Any], name: str) -> int:
    """Days of one clock from an order's frozen copy; of a clock younger than the order, the default.

    Raises `KeyError` for a clock that there is none of.
    """
    key = f"{PREFIX}{name}"
    return int(clocks[key] if key in clocks else _DEFAULTS[key])


def sample_clocks(clocks: Mapping[str, Any]) -> dict[str, Any]:
    """The clocks of a sample order: its goods are looked at within days, however they travel."""
    days = clock_days(clocks, "inspection_sample_days")
    return {**clocks, **{f"{PREFIX}inspection_{mode.value}_days": days for mode in TransportMode}}


def inspection_days(clocks: Mapping[str, Any], mode: str) -> int:
    """Days the buyer has to inspect goods that came by this mode."""
    return clock_days(clocks, f"inspection_{TransportMode(mode).value}_days")
