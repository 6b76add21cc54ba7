"""Checkout, intents, customers and refunds: the rules of the API, and what buyers and banks do at their side."""

from __future__ import annotations

from typing import Any

from tests.payments.stripe_standin.world import CHARGE_FEE, Ground, Refusal, Thing

_THREE = {"bhd", "jod", "kwd", "omr", "tnd"}
_HUNDREDS = {"isk", "ugx"}
_WINDOW_DAYS = {"alipay": 90, "wechat_pay": 180, "customer_balance": 180}
_ASYNC_REFUNDS = {"alipay", "wechat_pay"}
_DAY = 86_400


class PayIns(Ground):
    """Money in and back."""

    # --- the API -----------------------------------------------------------------------------------------------

    def post_customers(self, params: Thing) -> Thing:
        customer = self.make("cus", "customer", email=None, name=None, metadata={}, cash={})
        customer.update({k: v for k, v in params.items() if k in customer})
        return customer

    def get_customers_id_cash_balance(self, params: Thing, name: str) -> Thing:
        customer = self.get(name, "customer")
        return {
            "object": "cash_balance",
            "customer": name,
            "livemode": self.live,
            "available": dict(customer["cash"]) or None,
            "settings": {"reconciliation_mode": "automatic", "using_merchant_default": True},
        }

    def get_customers_id_cash_balance_transactions(self, params: Thing, name: str) -> Thing:
        self.get(name, "customer")
        rows = [row for row in self.all("customer_cash_balance_transaction") if row["customer"] == name]
        return self.page(rows, params, f"/v1/customers/{name}/cash_balance_transactions")

    def post_checkout_sessions(self, params: Thing) -> Thing:
        if params.get("mode") != "payment" or "success_url" not in params:
            raise Refusal("mode and success_url are needed", param="mode", code="parameter_missing")
        item = params["line_items"][0]
        price = item["price_data"]
        amount, currency = price["unit_amount"] * item["quantity"], price["currency"]
        _demand_amount(amount, currency)
        for name in ("success_url", "cancel_url"):
            if name in params and not params[name].startswith(("http://", "https://")):
                raise Refusal("Not a valid URL", code="url_invalid", param=name)
        expires_at = params.get("expires_at", self.now + _DAY)
        if not self.now + 1_800 <= expires_at <= self.now + _DAY:
            raise Refusal("expires_at: between 30 minutes and 24 hours", param="expires_at")
        if "customer" in params:
            self.get(params["customer"], "customer")
            if "customer_email" in params:
                raise Refusal("You may only specify one of customer, customer_email", param="customer_email")
        elif "customer_balance" in params.get("payment_method_options", {}):
            raise Refusal("customer_balance needs a customer", param="customer")
        session = self.make(
            "cs_test",
            "checkout.session",
            amount_total=amount,
            currency=currency,
            status="open",
            payment_status="unpaid",
            payment_intent=None,
            expires_at=expires_at,
            customer=params.get("customer"),
            metadata=params.get("metadata", {}),
            client_reference_id=params.get("client_reference_id"),
            asked=params,
        )
        session["url"] = f"https://checkout.stripe.com/c/pay/{session['id']}#" + "x" * 600
        return session

    def get_checkout_sessions(self, params: Thing) -> Thing:
        rows = [
            row
            for row in self.all("checkout.session")
            if all(
                row[name] == params[name]
                for name in ("customer", "payment_intent", "status")
                if name in params
            )
        ]
        return self.page(rows, params, "/v1/checkout/sessions")

    def get_checkout_sessions_id(self, params: Thing, name: str) -> Thing:
        return self.get(name, "checkout.session")

    def post_checkout_sessions_id_expire(self, params: Thing, name: str) -> Thing:
        session = self.get(name, "checkout.session")
        if session["status"] != "open":
            raise Refusal(f"Only open sessions can be expired; this is {session['status']}.")
        session.update(status="expired", url=None)
        self.tell("checkout.session.expired", session)
        return session

    def get_payment_intents_id(self, params: Thing, name: str) -> Thing:
        return self.get(name, "payment_intent")

    def post_payment_intents_id_cancel(self, params: Thing, name: str) -> Thing:
        intent = self.get(name, "payment_intent")
        if intent["status"] not in {"requires_payment_method", "requires_action", "requires_confirmation"}:
            raise Refusal("This intent cannot be canceled.", code="payment_intent_unexpected_state")
        if intent["applied"]:
            self._cash(intent["customer"], intent["currency"], intent["applied"], "unapplied_from_payment")
        intent.update(status="canceled", next_action=None, applied=0)
        self.tell("payment_intent.canceled", intent)
        return intent

    def get_charges_id(self, params: Thing, name: str) -> Thing:
        return self.get(name, "charge")

    def post_refunds(self, params: Thing) -> Thing:
        if params.get("origin") == "customer_balance":
            return self._refund_cash(params)
        intent = self.get(params["payment_intent"], "payment_intent")
        if intent["status"] != "succeeded":
            raise Refusal("This payment has not succeeded.", code="payment_intent_unexpected_state")
        charge, amount = self.get(intent["latest_charge"], "charge"), params["amount"]
        _demand_amount(amount, intent["currency"])
        if charge["disputed"]:
            raise Refusal("This charge is disputed.", code="charge_disputed")
        if amount > charge["amount"] - charge["amount_refunded"]:
            raise Refusal(
                "More than what is left of the charge.", code="charge_already_refunded", param="amount"
            )
        method = charge["payment_method_details"]["type"]
        if self.now - charge["created"] > _WINDOW_DAYS.get(method, 10_000) * _DAY:
            raise Refusal("This charge is too old to be refunded.", code="charge_not_refundable")
        charge["amount_refunded"] += amount
        return self._refund(
            params, intent, charge, amount, "pending" if method in _ASYNC_REFUNDS else "succeeded"
        )

    def get_refunds(self, params: Thing) -> Thing:
        rows = self.all("refund")
        if "payment_intent" in params:
            rows = [row for row in rows if row["payment_intent"] == params["payment_intent"]]
        return self.page(rows, params, "/v1/refunds")

    def get_refunds_id(self, params: Thing, name: str) -> Thing:
        return self.get(name, "refund")

    # --- buyers and banks --------------------------------------------------------------------------------------

    def pay(self, name: str, *, method: str = "card") -> Thing:
        """The buyer pays on the page, and it succeeds at once."""
        intent = self._begin(name, method)
        return self._succeed(intent, method)

    def decline(self, name: str, code: str = "insufficient_funds") -> None:
        """The card is declined; the page stays open."""
        intent = self._begin(name, "card", complete=False)
        intent.update(status="requires_payment_method")
        intent["last_payment_error"] = {"code": "card_declined", "decline_code": code, "type": "card_error"}
        self.tell("payment_intent.payment_failed", intent)

    def abandon_authentication(self, name: str) -> None:
        """The bank asks the buyer, who closes the window."""
        self._begin(name, "card", complete=False)["status"] = "requires_action"

    def begin_slowly(self, name: str, *, method: str = "sepa_debit") -> Thing:
        """The buyer is done, the money is still on its way."""
        intent = self._begin(name, method)
        intent["status"] = "processing"
        self.tell("payment_intent.processing", intent)
        return intent

    def settle(self, intent: Thing, *, method: str = "sepa_debit") -> Thing:
        """What was on its way arrives."""
        charge = self._succeed(intent, method)
        self.tell("checkout.session.async_payment_succeeded", self._session(intent))
        return charge

    def fail(self, intent: Thing) -> None:
        """What was on its way does not arrive."""
        intent.update(status="requires_payment_method")
        intent["last_payment_error"] = {"code": "payment_intent_payment_attempt_failed", "type": "card_error"}
        self.tell("checkout.session.async_payment_failed", self._session(intent))

    def run_out(self, name: str) -> None:
        """Nobody came before the page's hour."""
        self.post_checkout_sessions_id_expire({}, name)

    def choose_transfer(self, name: str) -> Thing:
        """The buyer chooses to transfer from their bank."""
        intent = self._begin(name, "customer_balance")
        intent["status"] = "requires_action"
        self._instruct(intent)
        return intent

    def transfer(self, intent: Thing, amount: int) -> None:
        """Money arrives at the virtual account of the intent's customer."""
        self._cash(intent["customer"], intent["currency"], amount, "funded")
        if intent["status"] != "requires_action":
            return
        cash = self.get(intent["customer"], "customer")["cash"]
        use = min(cash[intent["currency"]], intent["amount"] - intent["applied"])
        self._cash(intent["customer"], intent["currency"], -use, "applied_to_payment")
        intent["applied"] += use
        if intent["applied"] == intent["amount"]:
            self._succeed(intent, "customer_balance")
            return
        self._instruct(intent)
        self.tell("payment_intent.partially_funded", intent)

    def finish_refund(self, name: str, *, status: str = "succeeded", reason: str = "declined") -> None:
        """A refund under way arrives, or comes back; also one that had been said to have arrived."""
        refund = self.get(name, "refund")
        refund["status"] = status
        if status == "failed":
            refund["failure_reason"] = reason
            self.line("refund_failure", refund, refund["amount"], refund["currency"])
            if refund["charge"]:
                self.get(refund["charge"], "charge")["amount_refunded"] -= refund["amount"]
        self.tell("refund.failed" if status == "failed" else "refund.updated", refund)

    # --- within ------------------------------------------------------------------------------------------------

    def _begin(self, name: str, method: str, *, complete: bool = True) -> Thing:
        session = self.get(name, "checkout.session")
        if session["status"] != "open":
            raise AssertionError(f"nobody can pay on a page that is {session['status']}")
        if session["payment_intent"] is None:
            session["payment_intent"] = self._intent_of(session)["id"]
        if complete:
            session.update(status="complete", url=None)
            self.tell("checkout.session.completed", session)
        intent = self.get(session["payment_intent"], "payment_intent")
        intent["last_payment_error"] = None
        return intent

    def _intent_of(self, session: Thing) -> Thing:
        data = session["asked"].get("payment_intent_data", {})
        return self.make(
            "pi",
            "payment_intent",
            amount=session["amount_total"],
            amount_received=0,
            applied=0,
            currency=session["currency"],
            status="requires_payment_method",
            customer=session["customer"],
            metadata=data.get("metadata", {}),
            transfer_group=data.get("transfer_group"),
            latest_charge=None,
            last_payment_error=None,
            next_action=None,
            payment_method_types=["card", *(["customer_balance"] if session["customer"] else [])],
        )

    def _succeed(self, intent: Thing, method: str) -> Thing:
        charge = self.make(
            "ch" if method == "card" else "py",
            "charge",
            amount=intent["amount"],
            amount_refunded=0,
            currency=intent["currency"],
            customer=intent["customer"],
            disputed=False,
            paid=True,
            status="succeeded",
            payment_intent=intent["id"],
            payment_method_details={"type": method},
            metadata=dict(intent["metadata"]),
            transfer_group=intent["transfer_group"],
            transferred=0,
        )
        kind = "charge" if method == "card" else "payment"
        charge["balance_transaction"] = self.line(
            kind, charge, intent["amount"], intent["currency"], fee=CHARGE_FEE
        )["id"]
        intent.update(
            status="succeeded", amount_received=intent["amount"], latest_charge=charge["id"], next_action=None
        )
        session = self._session(intent)
        session.update(payment_status="paid")
        self.tell("payment_intent.succeeded", intent)
        self.tell("charge.succeeded", charge)
        return charge

    def _session(self, intent: Thing) -> Thing:
        return next(row for row in self.all("checkout.session") if row["payment_intent"] == intent["id"])

    def _instruct(self, intent: Thing) -> None:
        intent["next_action"] = {
            "type": "display_bank_transfer_instructions",
            "display_bank_transfer_instructions": {
                "amount_remaining": intent["amount"] - intent["applied"],
                "currency": intent["currency"],
                "hosted_instructions_url": f"https://payments.stripe.com/bank/{intent['id']}",
                "reference": "STANDIN1",
                "type": "us_bank_transfer",
            },
        }

    def _cash(self, customer: str, currency: str, amount: int, kind: str) -> None:
        cash = self.get(customer, "customer")["cash"]
        cash[currency] = cash.get(currency, 0) + amount
        row = self.make(
            "ccsbtxn",
            "customer_cash_balance_transaction",
            customer=customer,
            currency=currency,
            net_amount=amount,
            ending_balance=cash[currency],
            type=kind,
        )
        self.tell("customer_cash_balance_transaction.created", row)

    def _refund_cash(self, params: Thing) -> Thing:
        customer = self.get(params["customer"], "customer")
        if not customer["email"]:
            raise Refusal("A refund of a transfer needs the customer's e-mail address.", code="email_missing")
        if params["amount"] > customer["cash"].get(params["currency"], 0):
            raise Refusal("The cash balance has less.", code="insufficient_funds", param="amount")
        self._cash(customer["id"], params["currency"], -params["amount"], "return_initiated")
        return self._refund(params, None, None, params["amount"], "pending")

    def _refund(
        self, params: Thing, intent: Thing | None, charge: Thing | None, amount: int, status: str
    ) -> Thing:
        refund = self.make(
            "re",
            "refund",
            amount=amount,
            currency=(intent or params)["currency"],
            payment_intent=intent["id"] if intent else None,
            charge=charge["id"] if charge else None,
            metadata=params.get("metadata", {}),
            status=status,
            failure_reason=None,
        )
        if charge is not None:
            kind = "refund" if charge["payment_method_details"]["type"] == "card" else "payment_refund"
            self.line(kind, refund, -amount, refund["currency"])
        self.tell("refund.created", refund)
        return refund


def _demand_amount(amount: Any, currency: str) -> None:
    if amount > 99_999_999:
        raise Refusal("Amount must be no more than 999,999.99", code="amount_too_large", param="amount")
    if amount <= 0 or (currency in _THREE and amount % 10) or (currency in _HUNDREDS and amount % 100):
        raise Refusal("Invalid amount for this currency", code="parameter_invalid_integer", param="amount")
