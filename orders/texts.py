"""Texts of the timeline's lines that orders themselves write."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

EVENT_TEXTS: Final = {
    "cleared_to_produce": _("The money is held: the supplier may produce"),
    "cleared_to_ship": _("The money is held: the supplier may ship"),
    "held_money_lost": _("%(amount)s that was held for goods still to be shipped is gone by a chargeback"),
    "goes_on_without_lost": _("The supplier goes on without the %(amount)s that is gone"),
    "supplier_waits": _("The supplier waits for the buyer's payment: its ship-by clock stands still"),
    "ship_by_extended": _("The supplier gets back the %(days)s days it waited: it ships by %(to)s"),
    "promised_discount_used": _("A promised discount of %(discount)s was used"),
    "document_attached": _("%(type)s attached: %(name)s"),
    "unshipped_cancelled": _("What was not shipped is cancelled, worth %(value)s"),
    "addendum_proposed": _("Change %(number)s of the contract proposed: %(value)s less"),
    "addendum_accepted": _("Change %(number)s of the contract agreed: %(value)s less"),
    "addendum_declined": _("Change %(number)s of the contract declined"),
    "addendum_withdrawn": _("Change %(number)s of the contract withdrawn"),
    "addendum_lapsed": _("Change %(number)s of the contract lapsed: the order is over"),
    "addendum_expired": _("Change %(number)s of the contract was not answered in time"),
    "goods_weighed": _("Shipment %(shipment)s weighed: as packed"),
    "goods_missing": _("Shipment %(shipment)s weighed: less than ordered, worth %(value)s; the price falls"),
    "surplus_asked": _(
        "Shipment %(shipment)s weighed: more than ordered, worth %(value)s; to be paid or given"
    ),
    "surplus_paid": _("What shipment %(shipment)s holds beyond the order is paid: %(value)s"),
    "surplus_not_paid": _(
        "Goods beyond the order, worth %(value)s, were not paid in time: shipment %(shipment)s is unpacked"
    ),
    "surplus_waived": _(
        "The supplier gives what shipment %(shipment)s holds beyond the order, worth %(value)s"
    ),
    "arrival_unknown": _("Nobody has reported that shipment %(shipment)s arrived; the buyer is asked"),
    "delivery_unproven": _("The arrival of shipment %(shipment)s is not proven; a dispute officer decides"),
    "carrier_picked_up": _("Carrier's report: shipment %(shipment)s picked up on %(occurred)s"),
    "carrier_in_transit": _("Carrier's report: shipment %(shipment)s in transit on %(occurred)s"),
    "carrier_delivered": _("Carrier's report: shipment %(shipment)s delivered on %(occurred)s"),
}
