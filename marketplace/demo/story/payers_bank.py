"""A payer's card bank that takes money back: the processor withdraws it, our evidence goes there, it decides.

Owns what the processor's own pages do in the story, and how its word reaches our door. Must not know any trade.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from marketplace.demo.story.trade import Trade
from trade_assurance.holds.operations import send_evidence
from trade_assurance.payments.models import Chargeback, Payment
from trade_assurance.payments.operations import due_webhooks, process_webhook, receive_webhook
from trade_assurance.payments.providers import sandbox_post, sandbox_server


@dataclass
class PayersBank:
    """The bank of whoever paid this trade by card."""

    trade: Trade
    case: str = ""

    def takes_back(self, reason: str) -> None:
        """It takes the whole payment back, and says why."""
        session = Payment.objects.get(ref=self.trade.payment).provider_ref
        self.case = sandbox_server.open_chargeback(session, reason=reason, at=self._at).ref
        hear_processor(self._at)

    def reads(self, note: str, *, officer: str) -> None:
        """A finance officer sends it the trade's facts with a note."""
        send_evidence(
            chargeback_ref=Chargeback.objects.get(provider_ref=self.case).ref,
            note=note,
            documents=[],
            actor=self.trade.stage.actor(officer),
            key=self.trade.key(),
            at=self._at,
        )

    def decides(self, action: str) -> None:
        """It lets us "win" or "lose"."""
        sandbox_server.act_on_chargeback(self.case, action, at=self._at)
        hear_processor(self._at)

    @property
    def _at(self) -> datetime:
        return self.trade.stage.at


def hear_processor(at: datetime) -> None:
    """What the test processor had to say reaches our door without the web server that is not running yet."""
    while sandbox_post.deliver_due(at=at, carry=_carry):
        for event_id in due_webhooks(at=at):
            process_webhook(event_id=event_id, at=at)


def _carry(body: bytes, at: datetime) -> str:
    headers = {sandbox_post.SIGNATURE_HEADER: sandbox_post.signature(body, at)}
    receive_webhook(provider="sandbox", headers=headers, raw=body, at=at)
    return ""
