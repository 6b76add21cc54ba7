"""Connected accounts, transfers and reversals, disputes, files and the balance."""

from __future__ import annotations

from typing import Any

from tests.payments.stripe_standin.payins import PayIns
from tests.payments.stripe_standin.world import DISPUTE_FEE, Refusal, Thing


class World(PayIns):
    """The whole imitated account."""

    # --- accounts (API v2) -------------------------------------------------------------------------------------

    def post_v2_core_accounts(self, params: Thing) -> Thing:
        account = self.make(
            "acct",
            "v2.core.account",
            applied_configurations=list(params.get("configuration", {})),
            closed=False,
            metadata=params.get("metadata", {}),
            display_name=params.get("display_name"),
            contact_email=params.get("contact_email"),
            dashboard=params.get("dashboard"),
            balance={},
            asked=params,
        )
        asks = params["configuration"]["recipient"]["capabilities"]["stripe_balance"]["stripe_transfers"][
            "requested"
        ]
        capability: Thing = {"status": "restricted" if asks else "unsupported", "status_details": []}
        account["capability"] = capability
        account["configuration"] = {
            "recipient": {
                "applied": True,
                "capabilities": {"stripe_balance": {"stripe_transfers": capability}},
            }
        }
        self.want(account["id"], "identity.business_details.address", "external_account")
        return self._included(account, params)

    def get_v2_core_accounts(self, params: Thing) -> Thing:
        rows = [self._included(row, {}) for row in self.all("v2.core.account")]
        return {"data": rows, "next_page_url": None, "previous_page_url": None}

    def get_v2_core_accounts_id(self, params: Thing, name: str) -> Thing:
        return self._included(self.get(name, "v2.core.account"), params)

    def post_v2_core_account_links(self, params: Thing) -> Thing:
        account = self.get(params["account"], "v2.core.account")
        asked = params["use_case"]["account_onboarding"]
        for url in (asked["refresh_url"], asked["return_url"]):
            if not url.startswith("http"):
                raise Refusal("Not a valid URL", code="url_invalid")
        link = self.make("link", "v2.core.account_link", account=account["id"], use_case=params["use_case"])
        link["url"] = f"https://connect.stripe.com/setup/{link['id']}"
        return link

    # --- transfers ---------------------------------------------------------------------------------------------

    def post_transfers(self, params: Thing) -> Thing:
        account = self.get(params["destination"], "v2.core.account")
        amount, currency = params["amount"], params["currency"]
        if account["capability"]["status"] != "active":
            raise Refusal(
                "The account cannot receive transfers.", code="insufficient_capabilities_for_transfer"
            )
        if source := params.get("source_transaction"):
            charge = self.get(source, "charge")
            if charge["currency"] != currency or charge["transferred"] + amount > charge["amount"]:
                raise Refusal("More than the charge.", code="transfer_source_balance_parameters_mismatch")
            charge["transferred"] += amount
        elif amount > self.available.get(currency, 0):
            raise Refusal("Insufficient available funds.", code="balance_insufficient")
        transfer = self.make(
            "tr",
            "transfer",
            amount=amount,
            amount_reversed=0,
            reversed=False,
            currency=currency,
            destination=account["id"],
            source_transaction=source,
            transfer_group=params.get("transfer_group"),
            metadata=params.get("metadata", {}),
            description=params.get("description"),
        )
        account["balance"][currency] = account["balance"].get(currency, 0) + amount
        self.line("transfer", transfer, -amount, currency)
        self.tell("transfer.created", transfer)
        return transfer

    def get_transfers(self, params: Thing) -> Thing:
        rows = [
            row
            for row in self.all("transfer")
            if all(row[name] == params[name] for name in ("destination", "transfer_group") if name in params)
        ]
        return self.page(rows, params, "/v1/transfers")

    def get_transfers_id(self, params: Thing, name: str) -> Thing:
        return self.get(name, "transfer")

    def post_transfers_id_reversals(self, params: Thing, name: str) -> Thing:
        transfer = self.get(name, "transfer")
        account = self.get(transfer["destination"], "v2.core.account")
        amount, currency = params["amount"], transfer["currency"]
        if amount > transfer["amount"] - transfer["amount_reversed"]:
            raise Refusal("More than what is left of the transfer.", code="transfer_already_reversed")
        if amount > account["balance"].get(currency, 0):
            raise Refusal("The account has insufficient funds.", code="balance_insufficient")
        account["balance"][currency] -= amount
        transfer["amount_reversed"] += amount
        transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
        reversal = self.make(
            "trr",
            "transfer_reversal",
            amount=amount,
            currency=currency,
            transfer=name,
            metadata=params.get("metadata", {}),
        )
        self.line("transfer_refund", reversal, amount, currency)
        self.tell("transfer.reversed", transfer)
        return reversal

    def get_transfers_id_reversals(self, params: Thing, name: str) -> Thing:
        rows = [row for row in self.all("transfer_reversal") if row["transfer"] == name]
        return self.page(rows, params, f"/v1/transfers/{name}/reversals")

    def get_transfers_id_reversals_id(self, params: Thing, name: str, reversal: str) -> Thing:
        return self.get(reversal, "transfer_reversal")

    # --- disputes, files, balance ------------------------------------------------------------------------------

    def get_disputes_id(self, params: Thing, name: str) -> Thing:
        return self.get(name, "dispute")

    def post_disputes_id(self, params: Thing, name: str) -> Thing:
        dispute = self.get(name, "dispute")
        if dispute["status"] not in {"needs_response", "warning_needs_response"}:
            raise Refusal("This dispute takes no evidence any more.", code="dispute_evidence_closed")
        dispute["evidence"].update(params.get("evidence", {}))
        for field, value in params.get("evidence", {}).items():
            if field.endswith(("_documentation", "_file")):
                self.get(value, "file")
        dispute["metadata"].update(params.get("metadata", {}))
        if params.get("submit", True):
            dispute["evidence_details"]["submission_count"] += 1
            dispute["status"] = dispute["status"].replace("needs_response", "under_review")
            self.tell("charge.dispute.updated", dispute)
        return dispute

    def post_files(self, params: Thing) -> Thing:
        name, content = params["file"]
        return self.make(
            "file", "file", filename=name, size=len(content), purpose=params["purpose"], content=content.hex()
        )

    def get_balance(self, params: Thing) -> Thing:
        pending: dict[str, int] = {}
        for row in self.all("balance_transaction"):
            if row["status"] == "pending":
                pending[row["currency"]] = pending.get(row["currency"], 0) + row["net"]
        return {
            "object": "balance",
            "livemode": self.live,
            "available": [
                {"amount": amount, "currency": currency} for currency, amount in self.available.items()
            ],
            "pending": [{"amount": amount, "currency": currency} for currency, amount in pending.items()],
        }

    def get_balance_transactions(self, params: Thing) -> Thing:
        return self.page(self.all("balance_transaction"), params, "/v1/balance_transactions")

    # --- suppliers, payers' banks ------------------------------------------------------------------------------

    def want(self, name: str, *descriptions: str, status: str = "restricted") -> None:
        """Stripe asks the supplier for something more; transfers wait while it is missing."""
        account = self.get(name, "v2.core.account")
        account["capability"].update(
            status=status, status_details=[{"code": "requirements_past_due", "resolution": "provide_info"}]
        )
        account["wanted"] = [
            {
                "description": text,
                "awaiting_action_from": "user",
                "errors": [],
                "minimum_deadline": {"status": "currently_due"},
            }
            for text in descriptions
        ]
        self.tell_thin("v2.core.account[configuration.recipient].capability_status_updated", account)

    def activate(self, name: str) -> None:
        """The supplier has told everything."""
        self.want(name)
        account = self.get(name, "v2.core.account")
        account["capability"].update(status="active", status_details=[])
        self.tell_thin("v2.core.account[configuration.recipient].capability_status_updated", account)

    def spend(self, name: str) -> None:
        """The supplier's balance is paid out to their bank."""
        self.get(name, "v2.core.account")["balance"].clear()

    def dispute(self, charge: Thing, *, inquiry: bool = False) -> Thing:
        """The payer goes to their bank: a question only, or the money is taken at once."""
        dispute = self.make(
            "du",
            "dispute",
            amount=charge["amount"],
            currency=charge["currency"],
            charge=charge["id"],
            payment_intent=charge["payment_intent"],
            status="warning_needs_response" if inquiry else "needs_response",
            reason="product_not_received",
            balance_transactions=[],
            evidence={},
            evidence_details={"due_by": self.now + 7 * 86_400, "submission_count": 0, "has_evidence": False},
            is_charge_refundable=inquiry,
            metadata={},
        )
        if not inquiry:
            self.take(dispute)
        self.tell("charge.dispute.created", dispute)
        return dispute

    def take(self, dispute: Thing) -> None:
        """The bank takes the money; an inquiry becomes a chargeback."""
        charge = self.get(dispute["charge"], "charge")
        charge["disputed"] = True
        dispute.update(status="needs_response", is_charge_refundable=False)
        self._dispute_line(dispute, -dispute["amount"], DISPUTE_FEE, "dispute")
        self.tell("charge.dispute.funds_withdrawn", dispute)

    def decide(self, dispute: Thing, *, won: bool) -> None:
        """The bank decides."""
        if dispute["status"].startswith("warning"):
            dispute["status"] = "warning_closed"
        else:
            dispute["status"] = "won" if won else "lost"
        if dispute["status"] == "won":
            self._dispute_line(dispute, dispute["amount"], -DISPUTE_FEE, "dispute_reversal")
            self.get(dispute["charge"], "charge")["disputed"] = False
            self.tell("charge.dispute.funds_reinstated", dispute)
        self.tell("charge.dispute.closed", dispute)

    def _dispute_line(self, dispute: Thing, amount: int, fee: int, category: str) -> None:
        row = self.line("adjustment", dispute, amount, dispute["currency"], fee=fee, category=category)
        dispute["balance_transactions"].append(dict(row))

    def _included(self, account: Thing, params: Thing) -> Thing:
        """Only what was asked for is there; the rest is null (API v2)."""
        wanted: list[Any] = params.get("include", [])
        shown = {**account, "configuration": None, "requirements": None}
        if "configuration.recipient" in wanted:
            shown["configuration"] = account["configuration"]
        if "requirements" in wanted:
            shown["requirements"] = {"entries": account["wanted"], "summary": None}
        return shown
