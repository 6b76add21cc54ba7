"""What holds and payouts refuse, each with its own code. Must not know HTTP or templates."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Conflict, NotAllowed, NotFound, Rejected


class TradeNotFound(NotFound):
    """No such order, or not the actor's to see."""

    code = "trade_not_found"


class NotYourStep(NotAllowed):
    """The actor sees the trade, but this step belongs to the other side or another role."""

    code = "not_your_step"
    message = _("Your role in this order does not include this step.")


class NotAwaitingPayment(Conflict):
    """There is nothing to pay: paid already, or over."""

    code = "hold_not_awaiting_payment"
    message = _("Nothing is to be paid on this order now.")


class NothingOverdue(Conflict):
    """The supplier may cancel for want of payment only when one is overdue."""

    code = "nothing_overdue"
    message = _("No payment of this order is overdue now.")


class ClaimDecidesFirst(Conflict):
    """What a claim has frozen is decided there, not by cancelling."""

    code = "claim_decides_first"
    message = _("A claim is open on this order. It decides about the money first.")


class KeepsTooMuch(Rejected):
    """The supplier keeps at most what is held."""

    code = "keeps_too_much"
    message = _("You can keep between nothing and %(most)s, which is held and free.")


class NothingKept(Conflict):
    """There is nothing to agree to."""

    code = "nothing_kept"
    message = _("Nothing of this order's deposit waits for your answer.")


class PayFirst(Conflict):
    """The supplier is ready and waits for the buyer's money."""

    code = "pay_first"
    message = _("The supplier waits for your payment; its time to ship stands still until then.")


class BankDecidesFirst(Conflict):
    """The buyer's bank has taken money of the order back and not decided."""

    code = "bank_decides_first"
    message = _(
        "Your bank took %(amount)s of this order back and has not decided. Cancelled now, it could come back to you "
        "twice: wait for the bank, or withdraw the chargeback there."
    )


class CreditStandsStill(Conflict):
    """A payer's bank asks for the payment that the credit came by."""

    code = "credit_stands_still"
    message = _(
        "The bank has taken the payment of this credit back and not decided: it stands still until then."
    )


class CreditOnlyByBank(Rejected):
    """Money that a bank can take back is no credit."""

    code = "credit_only_by_bank"
    message = _(
        "Only what came by bank transfer can be kept as credit; anything else goes back the way it came."
    )


class NoCredit(Conflict):
    """The buyer has no credit in this currency."""

    code = "no_credit"
    message = _("Your company has no credit in %(currency)s.")


class NothingHeld(Conflict):
    """The order holds no money (not yet, or not any more)."""

    code = "nothing_held"
    message = _("No money is held for this order now.")


class GoodsNotThere(Conflict):
    """Acceptance before everything that is not cancelled has arrived."""

    code = "goods_not_there"
    message = _("The goods can be accepted when all of them have been delivered.")


class MoneyNotTakenYet(Conflict):
    """Money has arrived that the hold has not taken; it is taken within moments."""

    code = "money_not_taken_yet"
    message = _("A payment has just arrived for this order. Try again in a moment.")


class AlreadyAccepted(Conflict):
    """The goods were accepted, or the inspection window has ended."""

    code = "order_already_accepted"
    message = _("The goods of this order were accepted already.")


class NothingUnshipped(Conflict):
    """Everything has left the supplier, nothing can be cancelled."""

    code = "nothing_unshipped"
    message = _("Everything of this order has been shipped; nothing is left to cancel.")


class CancelTooEarly(Conflict):
    """The buyer's right to cancel begins after the ship-by date (or the date they postponed it to)."""

    code = "cancel_too_early"
    message = _("You may cancel what is not shipped when %(day)s has passed.")


class PostponementNotLater(Rejected):
    """A postponement only ever gives more time."""

    code = "postponement_not_later"
    message = _("Choose a date later than %(day)s, when the cancellation would happen now.")


class PostponementTooFar(Rejected):
    """A postponement has an end in sight."""

    code = "postponement_too_far"
    message = _("Choose a date within %(days)s days from today.")


class AmountAboveFree(Rejected):
    """More was asked for than is held and not frozen."""

    code = "amount_above_free"
    message = _("At most %(free)s is held and free on this order.")


class AmountNotPositive(Rejected):
    """An amount must be above zero."""

    code = "amount_not_positive"
    message = _("Enter an amount above zero.")


class MoreThanDue(Rejected):
    """A part of a payment is not more than the whole."""

    code = "more_than_due"
    message = _("%(due)s is due; pay that or less.")


class FrozenAlready(Conflict):
    """A claim freezes once; the next is a claim of its own."""

    code = "hold_frozen_already"
    message = _("This claim has frozen its amount already.")


class SplitAboveFreeze(Conflict):
    """A split moves more than was frozen for it."""

    code = "split_above_freeze"
    message = _("The split moves more than the claim has frozen.")


class NotFrozen(Conflict):
    """There is no open freeze of this dispute."""

    code = "not_frozen"
    message = _("Nothing is frozen for this claim any more.")


class NoPayoutAccount(Rejected):
    """A payout needs to know where to."""

    code = "no_payout_account"
    message = _("Say first where payouts in %(currency)s go.")


class PayoutAboveBalance(Rejected):
    """More was asked for than the supplier is owed."""

    code = "payout_above_balance"
    message = _("Your balance in %(currency)s is %(balance)s.")


class PayoutNotFound(NotFound):
    """No such payout, or not the actor's to see."""

    code = "payout_not_found"


class PayoutWaitsForVerification(Conflict):
    """Nobody is paid while it is not sure any more who they are."""

    code = "payout_waits_for_verification"
    message = _("%(company)s: %(why)s The payout waits until the company is verified again.")


class SecondApprovalBySamePerson(NotAllowed):
    """Two approvals are two persons."""

    code = "second_approval_by_same_person"
    message = _("You gave the first approval; the second must be another officer's.")


class OwnCompanysMoney(NotAllowed):
    """An officer decides nothing about a company they belong to."""

    code = "own_companys_money"
    message = _("You belong to this company; another officer must decide.")


class RefundNotFailed(Conflict):
    """Only what failed is tried again."""

    code = "refund_not_failed"
    message = _("This refund has not failed. Reload the page and look again.")


class ReasonMissing(Rejected):
    """What is turned down is turned down with a reason."""

    code = "reason_missing"
    message = _("Say why; the other side reads it.")


class SupplierNotFound(NotFound):
    """No such company."""

    code = "supplier_not_found"


class NothingOwed(Conflict):
    """The debt is smaller than that, paid, or somebody else is writing it off."""

    code = "nothing_owed"
    message = _("There is not that much open. Reload the page and look again.")


class DocumentNotOfTrade(Rejected):
    """Only papers of this very trade may be shown to a bank, and not too many."""

    code = "document_not_of_trade"
    message = _("Choose at most five documents of this order.")


class BankDetailsWrong(Rejected):
    """Bank details that no bank would take."""

    code = "bank_details_wrong"
    message = _("These bank details are not complete or not right.")


class IncidentNotFound(NotFound):
    """No such difference, or not for this person."""

    code = "incident_not_found"


class DoesNotExplain(Conflict):
    """A movement explains a difference only when nothing is left of it."""

    code = "movement_does_not_explain"
    message = _("With this movement %(left)s would still differ. It does not explain the difference.")


class NotToBeBooked(Conflict):
    """A difference inside the provider's own account is nothing our books can put right."""

    code = "incident_not_to_be_booked"
    message = _(
        "This is a difference inside the provider's own account: ask them, then write what they said."
    )


class NothingProposed(Conflict):
    """There is no proposal to approve or to take back."""

    code = "incident_nothing_proposed"
    message = _("Nothing is proposed any more. Reload the page and look again.")


class NotReconciled(NotFound):
    """The rail gives no account of our money."""

    code = "rail_not_reconciled"
    message = _("This way of paying gives no account that could be compared.")


class StatementTooLong(Rejected):
    """A document for people has an end; machines take the CSV, which has none."""

    code = "statement_too_long"
    message = _(
        "This period has %(lines)s lines, too many for a PDF. Choose fewer days, or download the CSV."
    )


class MoveNotFound(NotFound):
    """No such move, or not for this person."""

    code = "bank_move_not_found"


class NothingToMove(Conflict):
    """No processor holds money of this order that has grown old."""

    code = "bank_move_nothing"
    message = _("Nothing of this order is to be moved now. Reload the page and look again.")


class ConsentTextChanged(Conflict):
    """What was read is not what would be consented to."""

    code = "consent_text_changed"
    message = _("The amount has changed since you read this. Read the text again, then decide.")


class ConsentGiven(Conflict):
    """A side consents once."""

    code = "consent_given"
    message = _("Your company has given this consent already.")


class ConsentMissing(Conflict):
    """No consent stands, or none was written."""

    code = "consent_missing"
    message = _("The consent is missing: both sides have to give it in writing, with a name.")


class MoveAmountDiffers(Conflict):
    """A move is exactly what is held there."""

    code = "bank_move_amount"
    message = _("It would have to be %(amount)s exactly.")


class WithdrawalTaken(Conflict):
    """A withdrawal stands for one move."""

    code = "bank_move_withdrawal_taken"
    message = _("This withdrawal was recorded for another order.")


class NotOfficersToDecide(Conflict):
    """Before its time, where a rule decides, or while another decision waits, an officer does not."""

    code = "age_not_officers"
    message = _(
        "This is not for an officer to decide now: the order's own rules or another officer's word come first."
    )


class NotAssignable(Conflict):
    """The parts must be exactly what waits."""

    code = "suspense_not_assignable"
    message = _("Exactly %(amount)s waits to be assigned; the parts must come to that.")


class PayoutDoesNotWait(Conflict):
    """Only a payout that its rail cannot pay is taken back."""

    code = "payout_does_not_wait"
    message = _("This payout does not wait any more, or is on its way.")
