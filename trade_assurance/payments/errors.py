"""What payments refuses, each with its own code."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Conflict, DomainError, NotAllowed, NotFound, Rejected


class UnknownProvider(NotFound):
    """No such rail here."""

    code = "unknown_provider"
    message = _("There is no such way of paying here.")


class CurrencyNotTaken(Rejected):
    """The rail does not carry this currency or amount."""

    code = "currency_not_taken"
    message = _("This way of paying does not take this amount. Choose another.")


class PaymentClosed(Conflict):
    """The payment has ended."""

    code = "payment_closed"
    message = _("This payment has ended: it is %(state)s.")


class PaymentNotByBank(Conflict):
    """Only money that comes by bank transfer is recorded by hand."""

    code = "payment_not_by_bank"
    message = _("This does not go by bank transfer: the provider itself reports it.")


class ReceiptRecordedBefore(Conflict):
    """One line of the bank statement is recorded once."""

    code = "receipt_recorded_before"
    message = _("A receipt with the bank's reference “%(reference)s” was already recorded for this payment.")


class RefundTooLarge(Conflict):
    """More cannot go back than came in."""

    code = "refund_too_large"
    message = _("At most %(available)s of this payment can still be refunded.")


class NothingToConfirm(Conflict):
    """The step was already confirmed or failed."""

    code = "nothing_to_confirm"
    message = _("This was already settled. Reload the page and look again.")


class NothingToLookAt(Conflict):
    """Nothing more can be learned by asking now."""

    code = "operation_nothing_to_look_at"
    message = _("There is nothing to look up now: it has ended, waits for a person, or is being looked at.")


class ProofMissing(Rejected):
    """A movement by hand needs the bank's reference."""

    code = "bank_reference_missing"
    message = _("Give the bank's reference of the transfer, as it stands on the statement.")


class SandboxWithLiveKeys(DomainError):
    """Rehearsal and real money never stand side by side."""

    status = 409
    code = "sandbox_with_live_keys"
    message = _("The sandbox is switched off: a live payment key is set.")


class ForgedWebhook(DomainError):
    """The signature is not the provider's, or too old."""

    status = 401
    code = "forged_webhook"
    message = _("The signature does not match.")


class WebhookTooLarge(DomainError):
    """No provider says so much."""

    status = 413
    code = "webhook_too_large"
    message = _("The message is too large.")


class OwnCompanyAtDesk(NotAllowed):
    """An officer decides nothing about money of their own company."""

    code = "own_company_at_desk"
    message = _("You belong to this company. Another finance officer has to do this.")


class ReasonMissing(Rejected):
    """A failure is said in words."""

    code = "failure_reason_missing"
    message = _("Say what went wrong: the other side reads it.")


class DateAhead(Rejected):
    """Money arrives in the past."""

    code = "received_on_ahead"
    message = _("The day the money arrived cannot lie ahead.")


class BankFileUnreadable(Rejected):
    """A statement file that cannot be read; the message says why and what to do."""

    code = "bank_file_unreadable"
    message = _("This file cannot be read as a bank statement.")


class UnknownBankAccount(Rejected):
    """A statement of an account nobody has entered."""

    code = "unknown_bank_account"
    message = _("The statement is of account %(account)s in %(currency)s. Enter this account first.")


class BankAccountWrong(Rejected):
    """Account details that no bank would take."""

    code = "bank_account_wrong"
    message = _("These account details are not complete or not right.")


class BankAccountKnown(Conflict):
    """The same account in the same currency twice."""

    code = "bank_account_known"
    message = _("This account is there already.")


class LineNotPayable(Conflict):
    """A transfer that cannot go into this batch."""

    code = "line_not_payable"
    message = _("%(subject)s cannot go into this batch: %(why)s")


class BatchEmpty(Rejected):
    """A batch without a transfer."""

    code = "batch_empty"
    message = _("Choose at least one transfer.")


class BatchTooLarge(Rejected):
    """More than banks take in one file."""

    code = "batch_too_large"
    message = _("A batch holds at most %(most)s transfers. Make a second one.")


class BatchStateWrong(Conflict):
    """The batch has gone on in the meantime."""

    code = "batch_state_wrong"
    message = _("This batch is %(state)s. Reload the page and look again.")


class BatchApprovedBefore(NotAllowed):
    """Two approvals are two persons."""

    code = "batch_approved_before"
    message = _("You approved this batch already; the second approval must be another officer's.")


class ConfirmationBySamePerson(Conflict):
    """Two approvals are two persons."""

    code = "refund_confirmation_by_same_person"
    message = _("You recorded this transfer; another officer has to confirm it.")


class ConfirmationWaits(Conflict):
    """Somebody has said so before, and another officer is asked."""

    code = "refund_confirmation_waits"
    message = _("This transfer is recorded already and waits for another officer. Reload the page and look.")


class NothingToApprove(Conflict):
    """Nobody recorded anything, or it was turned down meanwhile."""

    code = "refund_nothing_to_approve"
    message = _("Nothing waits for a second officer here. Reload the page and look again.")


class BatchNeedsApproval(Conflict):
    """Not exported before everybody needed has said yes."""

    code = "batch_needs_approval"
    message = _("This batch needs the approval of another officer before it is exported.")


class BatchExportedBefore(Conflict):
    """The second export of a batch is asked for in so many words."""

    code = "batch_exported_before"
    message = _(
        "This batch was exported on %(when)s by %(who)s. If that file went to the bank, do not hand in another: "
        "everybody in it would be paid twice. To get the same file again, say so."
    )


class BatchPartlyPaid(Conflict):
    """What is paid in part was not refused."""

    code = "batch_partly_paid"
    message = _("Some of its transfers are confirmed or failed already. Record the others one by one.")


class StatementNotOpen(Conflict):
    """Only what was read and not taken can be taken or put aside."""

    code = "statement_not_open"
    message = _("This statement is %(state)s. Reload the page and look again.")


class LineNotSplit(Rejected):
    """The parts of a line are two or more, each of them something, and together exactly the line."""

    code = "bank_line_not_split"
    message = _(
        "The line is %(line)s, its parts come to %(parts)s. They must be two or more and the same sum."
    )


class TargetTwice(Rejected):
    """One payment gets one part of a line."""

    code = "bank_line_target_twice"
    message = _("This payment is named twice; enter the whole of its part once.")


class LineSettled(Conflict):
    """The line was explained in the meantime."""

    code = "bank_line_settled"
    message = _("This line is %(state)s already. Reload the page and look again.")


class LineInQueue(Conflict):
    """Money that a statement brought already is not recorded by hand as well."""

    code = "bank_line_in_queue"
    message = _(
        "The bank line “%(reference)s” came with a statement and waits to be explained (%(line)s). Assign it there."
    )


class TargetUnknown(Rejected):
    """A reference that names nothing the line could be for."""

    code = "bank_line_target_unknown"
    message = _("No payment, payout, refund or batch has this reference. Look at its characters again.")


class TargetDoesNotFit(Conflict):
    """The line and what it is assigned to differ."""

    code = "bank_line_target_does_not_fit"
    message = _("It does not fit this line: %(why)s")


class DestinationMissing(Rejected):
    """A transfer needs an account to go to."""

    code = "destination_missing"
    message = _(
        "Enter the account the money goes to: the holder, and the IBAN or account number with the bank's code."
    )


class NotContestable(Conflict):
    """The payer's bank takes no evidence any more, or none was asked for."""

    code = "chargeback_not_contestable"
    message = _("No evidence can be sent now: the chargeback is %(state)s.")


class EvidenceSentBefore(Conflict):
    """Banks read evidence a single time."""

    code = "evidence_sent_before"
    message = _("Evidence was sent for this chargeback already; the bank reads it once.")


class BankAccountMissing(Conflict):
    """Nobody may be asked to transfer money to an account that nobody has named."""

    code = "bank_account_missing"
    message = _(
        "The operator has not entered the bank account for transfers yet. Choose another way, or ask the operator."
    )


class StripeNotConfigured(Conflict):
    """No key."""

    code = "stripe_not_configured"
    message = _("Payment by Stripe is not set up here. Choose another way, or ask the operator.")


class StripeKeyUnreadable(Conflict):
    """Neither a secret nor a restricted key, of test or live mode."""

    code = "stripe_key_unreadable"
    message = _(
        "STRIPE_SECRET_KEY is no secret key of Stripe: it begins with sk_test_, rk_test_, sk_live_ or rk_live_."
    )


class StripeLiveNotSwitchedOn(Conflict):
    """Real money moves only where somebody said so."""

    code = "stripe_live_not_switched_on"
    message = _("A live key of Stripe is set, but real money is not switched on (PAYMENTS_LIVE).")


class StripeKeyNotLive(Conflict):
    """A rehearsal must not look like real money."""

    code = "stripe_key_not_live"
    message = _("Real money is switched on (PAYMENTS_LIVE), but the key of Stripe is a test key.")


class StripeAddressWithLiveKey(Conflict):
    """A live key is sent to Stripe only."""

    code = "stripe_address_with_live_key"
    message = _("A live key of Stripe is sent to Stripe only: remove STRIPE_API_BASE.")
