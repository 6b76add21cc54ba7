"""A claim in the story and what the two sides and the officer do with it, each step one operation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from marketplace.core.actors import Actor
from marketplace.demo.story.trade import Trade
from trade_assurance.disputes import operations as disputes
from trade_assurance.disputes.models import Offer
from trade_assurance.disputes.states import InspectionState

INGRID = "officer1@portolan.example"
KWAME = "officer2@portolan.example"


@dataclass
class Quarrel:
    """The claim about one trade."""

    trade: Trade
    ref: str = ""
    inspection: str = ""

    def claim(
        self,
        amount: str,
        *,
        reason: str,
        clause: str,
        statement: str,
        quantity: str = "",
        files: Sequence[SimpleUploadedFile] = (),
    ) -> None:
        """The buyer claims, for all goods or for so much of the first line."""
        lines = list(self.trade.order.lines.order_by("position"))
        self.ref = disputes.open_claim(
            order_ref=self.trade.ref,
            claim=disputes.Claimed(
                reason=reason,
                clause=clause,
                amount=self.trade.money(amount),
                statement=statement,
                lines=[disputes.ClaimedLine(lines[0].pk, Decimal(quantity))] if quantity else [],
            ),
            files=files,
            actor=self.trade.as_buyer(),
            key=self.trade.key(),
            at=self._at,
        )

    def offer(self, side: str, amount: str, note: str) -> None:
        """A side proposes a refund."""
        disputes.make_offer(
            dispute_ref=self.ref,
            refund=self.trade.money(amount),
            note=note,
            actor=self._side(side),
            key=self.trade.key(),
            at=self._at,
        )

    def propose(self, side: str, kind: str, *, refund: str, note: str, due_on: date | None = None) -> None:
        """A side proposes something else than a plain refund."""
        disputes.make_offer(
            dispute_ref=self.ref,
            kind=kind,
            refund=self.trade.money(refund),
            due_on=due_on,
            note=note,
            actor=self._side(side),
            key=self.trade.key(),
            at=self._at,
        )

    def seal(self, side: str, amount: str) -> None:
        """A side leaves a sealed range."""
        disputes.seal_range(
            dispute_ref=self.ref,
            bound=self.trade.money(amount),
            actor=self._side(side),
            key=self.trade.key(),
            at=self._at,
        )

    def send(self, side: str, *, carrier: str, tracking: str) -> None:
        """What was agreed is on its way."""
        disputes.send_promised(
            dispute_ref=self.ref,
            carrier=carrier,
            tracking_number=tracking,
            actor=self._side(side),
            key=self.trade.key(),
            at=self._at,
        )

    def appeal(self, side: str, grounds: str) -> None:
        """A side does not accept the decision."""
        disputes.appeal(
            dispute_ref=self.ref, grounds=grounds, actor=self._side(side), key=self.trade.key(), at=self._at
        )

    def grant(self) -> None:
        """The supplier gives what is claimed."""
        disputes.accept_claim(
            dispute_ref=self.ref, actor=self._side("supplier"), key=self.trade.key(), at=self._at
        )

    def agree(self, side: str) -> None:
        """A side accepts the other's offer."""
        version = Offer.objects.filter(dispute__ref=self.ref).order_by("-version")[0].version
        disputes.accept_offer(
            dispute_ref=self.ref,
            version=version,
            actor=self._side(side),
            key=self.trade.key(),
            at=self._at,
        )

    def say(self, side: str, text: str) -> None:
        """A side (or an officer, by address) writes in the thread."""
        disputes.post_message(
            dispute_ref=self.ref, text=text, actor=self._side(side), key=self.trade.key(), at=self._at
        )

    def show(self, side: str, note: str, files: Sequence[SimpleUploadedFile] = ()) -> None:
        """A side submits evidence."""
        disputes.submit_evidence(
            dispute_ref=self.ref,
            note=note,
            files=files,
            actor=self._side(side),
            key=self.trade.key(),
            at=self._at,
        )

    def inspect(self, inspector: str, *, task: str, cost: str) -> None:
        """The buyer proposes a third party's inspection and advances its cost; the supplier agrees."""
        self.inspection = disputes.propose_inspection(
            dispute_ref=self.ref,
            inspector=inspector,
            task=task,
            cost=self.trade.money(cost),
            advanced_by="buyer",
            actor=self._side("buyer"),
            key=self.trade.key(),
            at=self._at,
        )
        disputes.answer_inspection(
            dispute_ref=self.ref,
            inspection_ref=self.inspection,
            answer=InspectionState.AGREED,
            actor=self._side("supplier"),
            key=self.trade.key(),
            at=self._at,
        )

    def report(self, note: str, *, spent: str, files: Sequence[SimpleUploadedFile]) -> None:
        """The buyer files the inspector's report."""
        disputes.report_inspection(
            dispute_ref=self.ref,
            inspection_ref=self.inspection,
            note=note,
            spent=self.trade.money(spent),
            files=files,
            actor=self._side("buyer"),
            key=self.trade.key(),
            at=self._at,
        )

    def bundle(self, reader: str) -> None:
        """A side, or an officer by address, asks for the signed evidence bundle."""
        disputes.ask_bundle(dispute_ref=self.ref, actor=self._side(reader), at=self._at)

    def escalate(self) -> None:
        """The buyer calls the officer."""
        disputes.escalate(
            dispute_ref=self.ref, actor=self.trade.as_buyer(), key=self.trade.key(), at=self._at
        )

    def rest(self, side: str) -> None:
        """A side has nothing to add."""
        disputes.rest_case(dispute_ref=self.ref, actor=self._side(side), key=self.trade.key(), at=self._at)

    def take(self, officer: str) -> None:
        """An officer takes the case."""
        disputes.take_case(dispute_ref=self.ref, actor=self._side(officer), key=self.trade.key(), at=self._at)

    def decide(self, officer: str, *, refund: str, release: str, reasons: str) -> None:
        """The officer divides what is claimed."""
        disputes.decide(
            dispute_ref=self.ref,
            refund=self.trade.money(refund),
            release=self.trade.money(release),
            reasons=reasons,
            actor=self._side(officer),
            key=self.trade.key(),
            at=self._at,
        )

    def waive(self, side: str) -> None:
        """A side accepts the decision."""
        disputes.waive_appeal(dispute_ref=self.ref, actor=self._side(side), key=self.trade.key(), at=self._at)

    @property
    def _at(self) -> datetime:
        return self.trade.stage.at

    def _side(self, side: str) -> Actor:
        if side == "buyer":
            return self.trade.as_buyer()
        return self.trade.as_supplier() if side == "supplier" else self.trade.stage.actor(side)
