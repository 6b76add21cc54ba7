"""One trade of the story: the verbs of its people, each one ordinary operation with a key of its own.

Reads nothing but the trade it is about. What time it is, and who is who, the stage says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from marketplace.core.actors import Actor
from marketplace.core.money import Money
from marketplace.demo.story.stage import Stage
from orders import operations as orders
from orders.models import Order, Shipment
from orders.operations import Delivery, LineChange, MeasuredLine, PackedLine, WantedLine
from orders.rules.schedule import ScheduledMilestone
from trade_assurance.holds import operations as holds
from trade_assurance.payments import operations as payments
from trade_assurance.payments.models import Payment, Refund

# The test processor's hosted page is another company's: a person clicks there, no operation of ours does.
from trade_assurance.payments.providers import sandbox_server
from trade_assurance.payments.states import RefundState

BANK_TRANSFER = "bank_transfer"
SANDBOX = "sandbox"
HELENA = "finance1@portolan.example"
RAHUL = "finance2@portolan.example"


@dataclass
class Trade:
    """An order between two people; `name` is the root of its keys."""

    stage: Stage
    name: str
    buyer: str
    supplier: str
    ref: str = ""
    payment: str = ""
    shipment: str = ""
    _keys: int = field(default=0)

    # --- what the scripts read -------------------------------------------------

    @property
    def order(self) -> Order:
        """The order as it is now."""
        return Order.objects.get(ref=self.ref)

    def money(self, amount: str) -> Money:
        """An amount in the order's currency."""
        return Money.from_decimal(Decimal(amount), self.order.currency)

    def key(self) -> str:
        """A key for the next step."""
        self._keys += 1
        return f"demo:{self.name}:{self._keys}"

    def as_buyer(self) -> Actor:
        """The person who buys."""
        return self.stage.actor(self.buyer)

    def as_supplier(self) -> Actor:
        """The person who sells."""
        return self.stage.actor(self.supplier)

    # --- agreement -------------------------------------------------------------

    def place(
        self,
        lines: Mapping[str, str],
        *,
        mode: str,
        terms: tuple[str, str],
        ship_by: date,
        note: str = "",
        specification: str = "",
    ) -> None:
        """The buyer orders these quantities, to their own address, by a rule of Incoterms at a place."""
        wanted = [
            WantedLine(self.stage.products[key], Decimal(quantity), specification)
            for key, quantity in lines.items()
        ]
        rule, place = terms
        self.ref = orders.place_order(
            supplier_id=self.stage.company(self.supplier).pk,
            lines=wanted,
            delivery=Delivery(
                address=self._address(),
                incoterms_rule=rule,
                named_place=place,
                ship_by=ship_by,
                transport_mode=mode,
            ),
            note=note,
            actor=self.as_buyer(),
            key=self.key(),
            at=self.stage.at,
        ).ref

    def amend(
        self,
        *,
        freight: str,
        ship_by: date | None = None,
        note: str = "",
        prices: Mapping[int, str] | None = None,
        terms: tuple[str, str] | None = None,
        schedule: Sequence[ScheduledMilestone] | None = None,
    ) -> None:
        """The supplier proposes freight, another day, other unit prices (by position of the line), other payments."""
        order = self.order
        changes = [
            LineChange(line.pk, line.quantity, Decimal((prices or {})[line.position]))
            for line in order.lines.order_by("position")
            if line.position in (prices or {})
        ]
        orders.amend_order(
            order_ref=self.ref,
            lines=changes,
            freight_minor=self.money(freight).amount_minor,
            ship_by=ship_by or order.ship_by,
            note=note,
            incoterms_rule=terms[0] if terms else None,
            named_place=terms[1] if terms else None,
            schedule=schedule,
            actor=self.as_supplier(),
            key=self.key(),
            at=self.stage.at,
        )

    def take_terms(self) -> None:
        """The buyer accepts the latest amendment."""
        version = self.order.amendments.count()
        holds.accept_amendment(
            order_ref=self.ref, version=version, actor=self.as_buyer(), key=self.key(), at=self.stage.at
        )

    def confirm(self) -> None:
        """The supplier takes the order as placed."""
        holds.confirm_order(order_ref=self.ref, actor=self.as_supplier(), key=self.key(), at=self.stage.at)

    def decline(self, reason: str) -> None:
        """The supplier does not take the order."""
        orders.decline_order(
            order_ref=self.ref, reason=reason, actor=self.as_supplier(), key=self.key(), at=self.stage.at
        )

    # --- money -----------------------------------------------------------------

    def pay(self, payer: str = "") -> None:
        """Somebody at the buyer's pays on the test processor's page."""
        self._begin(SANDBOX, payer)
        session = Payment.objects.get(ref=self.payment).provider_ref
        sandbox_server.act_on_page(session, "pay", slow_seconds=1, at=self.stage.at)
        payments.refresh_payment(payment_ref=self.payment, at=self.stage.at)

    def pay_from_credit(self, payer: str) -> None:
        """Somebody at the buyer's uses what earlier payments brought too much, as far as it goes."""
        holds.pay_from_credit(
            order_ref=self.ref, actor=self.stage.actor(payer), key=self.key(), at=self.stage.at
        )

    def announce_transfer(self, payer: str = "", *, keep_excess: bool = False) -> None:
        """Somebody at the buyer's asks for the bank reference; what comes above may be kept as credit."""
        self._begin(BANK_TRANSFER, payer, keep_excess=keep_excess)

    def transfer_arrives(self, *, more: str = "0", reference: str, officer: str = HELENA) -> None:
        """A finance officer finds the transfer, of everything or so much more, and records it by hand."""
        payment = Payment.objects.get(ref=self.payment)
        payments.record_bank_receipt(
            payment_ref=self.payment,
            money=payment.money + self.money(more),
            received_on=self.stage.at.date(),
            bank_reference=reference,
            proof=None,
            sender=self.stage.content_of(self.buyer).trade_name,
            actor=self.stage.actor(officer),
            key=self.key(),
            at=self.stage.at,
        )

    def refund_made(self, *, reference: str, officer: str = HELENA) -> None:
        """A finance officer has transferred what goes back to the buyer; above the limit another one agrees."""
        refund = Refund.objects.get(payment__ref=self.payment)
        payments.confirm_bank_refund(
            refund_ref=refund.ref,
            reference=reference,
            proof=None,
            actor=self.stage.actor(officer),
            key=self.key(),
            at=self.stage.at,
        )
        refund.refresh_from_db()
        if refund.state == RefundState.REQUESTED:
            payments.approve_bank_refund(
                refund_ref=refund.ref, actor=self.stage.actor(RAHUL), key=self.key(), at=self.stage.at
            )

    def give_up_rest(self, reason: str) -> None:
        """The supplier gives up what has not left: refunded in full."""
        self._cancel(self.as_supplier(), reason)

    def cancel_rest(self, reason: str = "") -> None:
        """The buyer cancels what has not left in time: refunded in full."""
        self._cancel(self.as_buyer(), reason)

    # --- goods -----------------------------------------------------------------

    def produce(self) -> None:
        """The supplier begins."""
        orders.start_production(
            order_ref=self.ref, actor=self.as_supplier(), key=self.key(), at=self.stage.at
        )

    def pack(
        self,
        *,
        carrier: str,
        tracking: str = "",
        arrives: date | None = None,
        quantities: Sequence[str] = (),
        mode: str = "",
    ) -> None:
        """Goods are packed that leave together: everything open, or a quantity of each line in turn."""
        order = self.order
        lines = list(order.lines.order_by("position"))
        amounts = [Decimal(text) for text in quantities] or [line.open_quantity for line in lines]
        self.shipment = orders.prepare_shipment(
            order_ref=self.ref,
            lines=[PackedLine(line.pk, amount) for line, amount in zip(lines, amounts, strict=False)],
            transport_mode=mode or order.transport_mode,
            carrier=carrier,
            tracking_number=tracking,
            promised_arrival_on=arrives,
            actor=self.as_supplier(),
            key=self.key(),
            at=self.stage.at,
        ).ref

    def attach(self, document_type: str, upload: SimpleUploadedFile) -> None:
        """A paper goes with the shipment packed last."""
        orders.attach_document(
            shipment_ref=self.shipment,
            document_type=document_type,
            upload=upload,
            actor=self.as_supplier(),
            key=self.key(),
            at=self.stage.at,
        )

    def weigh(self, weighed: str, certificate: SimpleUploadedFile, *, is_last: bool) -> None:
        """The weight of the shipment packed last, of the order's only line, with its certificate."""
        holds.record_weights(
            order_ref=self.ref,
            shipment_ref=self.shipment,
            measured=[MeasuredLine(self.order.lines.get().pk, Decimal(weighed))],
            is_last=is_last,
            upload=certificate,
            actor=self.as_supplier(),
            key=self.key(),
            at=self.stage.at,
        )

    def leave(self) -> None:
        """The shipment packed last leaves today."""
        orders.dispatch_shipment(
            shipment_ref=self.shipment,
            shipped_on=self.stage.at.date(),
            actor=self.as_supplier(),
            key=self.key(),
            at=self.stage.at,
        )

    def arrive(self, shipment: str = "") -> None:
        """The buyer says that a shipment has arrived."""
        orders.record_delivery(
            shipment_ref=shipment or self.shipment,
            source="buyer",
            delivered_at=self.stage.at,
            actor=self.as_buyer(),
            key=self.key(),
            at=self.stage.at,
        )

    def accept(self) -> None:
        """The buyer says that the goods are right."""
        holds.accept_delivery(order_ref=self.ref, actor=self.as_buyer(), key=self.key(), at=self.stage.at)

    def shipment_row(self) -> Shipment:
        """The shipment packed last."""
        return Shipment.objects.get(ref=self.shipment)

    # --- inside ----------------------------------------------------------------

    def _begin(self, provider: str, payer: str, *, keep_excess: bool = False) -> None:
        self.payment = holds.begin_payment(
            order_ref=self.ref,
            provider=provider,
            keep_excess=keep_excess,
            return_url=f"/orders/{self.ref}/",
            actor=self.stage.actor(payer or self.buyer),
            key=self.key(),
            at=self.stage.at,
        )
        payments.continue_payment(payment_ref=self.payment, at=self.stage.at)

    def _cancel(self, actor: Actor, reason: str) -> None:
        holds.cancel_unshipped(
            order_ref=self.ref, actor=actor, key=self.key(), at=self.stage.at, reason=reason
        )

    def _address(self) -> dict[str, str]:
        company = self.stage.content_of(self.buyer)
        person = next(person for person in company.people if person.email == self.buyer)
        return {
            "name": company.legal_name,
            "street": company.street,
            "city": company.city,
            "region": company.region,
            "postal_code": company.postal_code,
            "country": company.country,
            "contact": person.name,
            "phone": company.phone,
        }
