"""The one next action of an order, its state as a sentence, and the steps beside it. Words only, no statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from marketplace.core.formatting import format_day, format_money
from orders.queries import NextLine
from orders.states import ENDED, OrderState
from trade_assurance.holds.queries.trades.situation import DuePayment, Situation


@dataclass(frozen=True, slots=True)
class NextStep:
    """What happens next and who does it. `view` is a route of the order; `posts` when it is a button, not a link."""

    title: str
    text: str = ""
    mine: bool = False
    awaited: str = ""
    view: str = ""
    shipment: str = ""
    posts: bool = False
    label: str = ""
    done: bool = False
    deadline: NextLine | None = None


@dataclass(frozen=True, slots=True)
class SideStep:
    """Another thing the reader may do. `asks` when it is confirmed once, with `text` that says what will happen."""

    view: str
    label: str
    kind: str = ""
    posts: bool = False
    asks: bool = False
    text: str = ""
    action_label: str = ""
    needs_reason: bool = False


def headline(now: Situation) -> str:
    """The order's state as a sentence: how much is held and what comes next."""
    page, money = now.page, now.money
    held, supplier, buyer = format_money(money.held), page.supplier.name, page.buyer.name
    names = {"held": held, "supplier": supplier, "buyer": buyer, "day": format_day(page.ship_by)}
    if page.amendment is not None:
        return _("Placed; %(supplier)s proposes other terms, %(buyer)s answers. Nothing is owed.") % names
    if page.state == OrderState.PLACED:
        return _("Placed; %(supplier)s has not answered yet. Nothing is owed.") % names
    if page.state in (OrderState.DECLINED, OrderState.LAPSED, OrderState.CANCELLED):
        if money.refunded.is_positive:
            return _("%(state)s. %(refunded)s was refunded to the buyer.") % {
                "state": str(page.state_label).capitalize(),
                "refunded": format_money(money.refunded),
            }
        return _("%(state)s. Nothing is owed.") % {"state": str(page.state_label).capitalize()}
    if page.state == OrderState.COMPLETED and money.refunded.is_zero:
        return _("Completed. %(released)s released to %(supplier)s.") % {
            **names,
            "released": format_money(money.released),
        }
    if page.state == OrderState.COMPLETED:
        return _("Completed. %(released)s released to %(supplier)s, %(refunded)s refunded to %(buyer)s.") % {
            **names,
            "released": format_money(money.released),
            "refunded": format_money(money.refunded),
        }
    if now.deposit_kept is not None:
        return (
            _(
                "A payment did not come; the order is cancelled. %(supplier)s keeps %(held)s unless %(buyer)s objects."
            )
            % names
        )
    if page.misses.is_positive and page.state in (OrderState.CONFIRMED, OrderState.IN_PRODUCTION):
        return _(
            "Held: %(held)s; %(lost)s is gone by a chargeback. Nothing is produced or shipped until "
            "%(supplier)s goes on without it."
        ) % {**names, "lost": format_money(page.misses)}
    if now.due is not None:
        return _unpaid_sentence(now, names)
    return _running(now, names)


def _unpaid_sentence(now: Situation, names: dict[str, str]) -> str:
    due = now.due
    if due is None:
        return ""
    names = {**names, "missing": format_money(due.missing)}
    if not now.production_paid:
        return _("Contract agreed; %(missing)s is to be paid. Nothing is produced or shipped before.") % names
    if due.overdue:
        return (
            _(
                "Held: %(held)s. %(missing)s is overdue: %(supplier)s may cancel, and its time to ship stands still."
            )
            % names
        )
    if due.fund_by is not None and now.page.awaited == "buyer":
        return _("Held: %(held)s. The goods are packed; they leave when %(missing)s is held too.") % names
    return (
        _("Held: %(held)s. %(supplier)s produces; %(missing)s is to be paid before the goods leave.") % names
    )


def _running(now: Situation, names: dict[str, str]) -> str:
    page = now.page
    if page.accepted_at is not None:
        return _("The goods are accepted. %(held)s stays frozen until the claim is closed.") % names
    if page.state == OrderState.DELIVERED and now.is_buyer:
        return _("Held: %(held)s. Inspect the goods; silence accepts them when the window ends.") % names
    if page.state == OrderState.DELIVERED:
        return (
            _("Held: %(held)s. %(buyer)s inspects the goods; silence accepts them when the window ends.")
            % names
        )
    if page.state == OrderState.SHIPPED:
        return _("Held: %(held)s. The goods are on their way to %(buyer)s.") % names
    if page.late:
        return (
            _(
                "Held: %(held)s. The ship-by date %(day)s has passed: %(buyer)s may cancel what is not shipped."
            )
            % names
        )
    if now.is_buyer:
        return (
            _("Held: %(held)s. The supplier ships by %(day)s; if not, you may cancel with full refund.")
            % names
        )
    return _("Held: %(held)s. %(supplier)s ships by %(day)s.") % names


def next_step(now: Situation) -> NextStep:
    """Exactly one: a button for whoever must act, or who is awaited."""
    step = _by_state(now)
    if now.open_claim is not None and now.page.accepted_at is not None:
        step = NextStep(_("The claim has to be closed"), _("Go on in the case."))
    return step


def _by_state(now: Situation) -> NextStep:
    page = now.page
    if page.state == OrderState.PLACED:
        return _placed(now)
    if now.deposit_kept is not None:
        return _to_answer(now)
    lost = page.misses.is_positive and now.production_paid
    if now.due is not None and not lost and (not now.production_paid or page.awaited == "buyer"):
        return _unpaid(now, now.due)
    if page.state in (OrderState.CONFIRMED, OrderState.IN_PRODUCTION):
        return _to_ship(now)
    if page.state == OrderState.SHIPPED:
        return _to_arrive(now)
    if page.state == OrderState.DELIVERED:
        return _to_accept(now)
    return NextStep(_("Nothing is left to do"), done=True)


def _placed(now: Situation) -> NextStep:
    steps = now.page.steps
    if now.page.amendment is not None:
        step = NextStep(
            _("The supplier proposes other terms"),
            _("Compare them with your order, then accept or decline."),
            awaited=now.page.buyer.name,
            view="order_amendment",
            label=_("Compare and answer"),
            deadline=now.deadline("amendment_answer"),
        )
        return _for_reader(step, mine=steps.accept_amendment)
    step = NextStep(
        _("Answer the order"),
        _("Confirmed, its terms are frozen as the contract and the buyer is asked to pay."),
        awaited=now.page.supplier.name,
        view="order_confirm",
        posts=True,
        label=_("Confirm this order"),
        deadline=now.deadline("order_answer"),
    )
    return _for_reader(step, mine=steps.confirm)


def _unpaid(now: Situation, due: DuePayment) -> NextStep:
    step = NextStep(
        _("Pay %(amount)s") % {"amount": format_money(due.missing)},
        _("It is overdue: the supplier may cancel and keep of the deposit what the delay has cost.")
        if due.overdue and now.production_paid
        else _("The money is held until the goods are right, and refunded if they do not come."),
        awaited=now.page.buyer.name,
        view="pay",
        label=_("Pay"),
        deadline=now.deadline("cancel_unpaid" if due.overdue else "fund_by"),
    )
    return _for_reader(step, mine=now.pays)


def _to_answer(now: Situation) -> NextStep:
    step = NextStep(
        _("Agree, or object by a claim"),
        _("The supplier cancelled because a payment did not come, and keeps %(amount)s for its loss.")
        % {"amount": format_money(now.money.held)},
        awaited=now.page.buyer.name,
        view="deposit_agree",
        posts=True,
        label=_("Agree: release %(amount)s to the supplier") % {"amount": format_money(now.money.free)},
        deadline=now.deposit_kept,
    )
    return _for_reader(step, mine=now.buys)


def _to_ship(now: Situation) -> NextStep:
    deadline = now.deadline("ship_by", "cancel_unshipped")
    awaited = now.page.supplier.name
    if (step := _change_to_answer(now) or _lost(now) or _surplus(now) or _arrived_part(now)) is not None:
        return step
    packed = now.packed()
    if packed is not None:
        step = NextStep(
            _("Say when shipment %(number)s leaves") % {"number": packed.ordinal},
            view="shipment_dispatch",
            shipment=packed.ref,
            label=_("Dispatch the shipment"),
            awaited=awaited,
            deadline=deadline,
        )
        return _for_reader(step, mine=now.sells)
    step = NextStep(
        _("Prepare a shipment"),
        _("Say what is in it, who carries it and under which tracking number; attach its papers."),
        view="shipment_new",
        label=_("Prepare a shipment"),
        awaited=awaited,
        deadline=deadline,
    )
    return _for_reader(step, mine=now.page.steps.prepare_shipment)


def _change_to_answer(now: Situation) -> NextStep | None:
    """A change of the contract that the reader's side is asked about comes first."""
    change = now.page.open_addendum
    if change is None or not change.can_answer:
        return None
    return NextStep(
        _("A change of the contract is proposed: %(amount)s less") % {"amount": format_money(change.value)},
        _("Read what would change, then accept or decline. Unanswered it is off the table."),
        mine=True,
        view="addendum",
        shipment=change.ref,
        label=_("Read and answer"),
        deadline=now.deadline("addendum_answer"),
    )


def _lost(now: Situation) -> NextStep | None:
    """What was held for goods to come is gone in part: the supplier goes on without it, or gives them up."""
    if not now.page.misses.is_positive:
        return None
    amount = format_money(now.page.misses)
    step = NextStep(
        _("Go on without %(amount)s, or cancel what is not shipped") % {"amount": amount},
        _(
            "The buyer's bank took it back for good, so this payment counts as not held in full. "
            "You are paid at most what is still held."
        ),
        view="loss_accept",
        posts=True,
        label=_("Go on for what is still held"),
        awaited=now.page.supplier.name,
        deadline=now.deadline("ship_by", "cancel_unshipped"),
    )
    return _for_reader(step, mine=now.sells)


def _surplus(now: Situation) -> NextStep | None:
    """More than ordered is packed: the buyer pays, or the supplier gives it."""
    packed = next((one for one in now.page.shipments if one.surplus_state == "asked"), None)
    if packed is None or packed.surplus is None:
        return None
    amount = format_money(packed.surplus)
    return NextStep(
        _("Pay %(amount)s for goods beyond the order") % {"amount": amount},
        _("They are within the agreed tolerance. The shipment leaves when the money is held.")
        if now.pays
        else _("You may wait for it, or give the goods at the agreed price on the shipment below."),
        mine=now.pays,
        awaited="" if now.pays else now.page.buyer.name,
        view="pay" if now.pays else "",
        label=_("Pay") if now.pays else "",
        deadline=now.deadline("fund_by"),
    )


def _arrived_part(now: Situation) -> NextStep | None:
    """Of several shipments one is there, or on its way, while the supplier still packs the others."""
    if not now.buys:
        return None
    part = next((one for one in now.page.shipments if one.state == "delivered"), None)
    if part is not None:
        return NextStep(
            _("Inspect shipment %(number)s, then accept it") % {"number": part.ordinal},
            _("Accepted, its share is released to the supplier; the rest stays held."),
            mine=True,
            view="shipment_accept",
            shipment=part.ref,
            posts=True,
            label=_("Accept this shipment"),
            deadline=now.deadline_of(part.ref),
        )
    return _to_arrive(now) if now.under_way() is not None else None


def _to_arrive(now: Situation) -> NextStep:
    deadline = now.deadline("arrival_check", "presume_delivery")
    shipment = now.under_way()
    if shipment is None:
        return NextStep(_("The goods are on their way"), awaited=now.page.buyer.name, deadline=deadline)
    return NextStep(
        _("Say when the goods arrive"),
        _("From then on you have time to inspect them before the money is released."),
        mine=now.buys,
        awaited="" if now.buys else now.page.buyer.name,
        view="shipment_deliver",
        shipment=shipment.ref,
        label=_("The goods have arrived"),
        deadline=deadline,
    )


def _to_accept(now: Situation) -> NextStep:
    step = NextStep(
        _("Inspect the goods, then accept them"),
        _("Accepted, %(amount)s is released to the supplier. If something is wrong, claim it instead.")
        % {"amount": format_money(now.money.free)},
        awaited=now.page.buyer.name,
        view="order_accept",
        posts=True,
        label=_("Accept the goods"),
        deadline=now.deadline("accept_by_silence", "accept_shipment_by_silence"),
    )
    return _for_reader(step, mine=now.may_accept)


def _for_reader(step: NextStep, *, mine: bool) -> NextStep:
    if mine:
        return replace(step, mine=True, awaited="")
    return replace(step, mine=False, view="", label="", posts=False, text="")


def side_steps(now: Situation) -> tuple[SideStep, ...]:
    """Everything else the reader may do, mildest first."""
    return (*_answers(now), *_trade_steps(now), *_ways_out(now))


def _answers(now: Situation) -> Iterable[SideStep]:
    steps = now.page.steps
    if steps.amend:
        yield SideStep("order_amend", _("Propose other terms"))
    if steps.decline:
        yield SideStep("order_decline", _("Decline the order"), kind="quiet-danger")
    if steps.withdraw:
        yield SideStep("order_withdraw", _("Withdraw the order"), kind="quiet-danger")


def _trade_steps(now: Situation) -> Iterable[SideStep]:
    if now.page.steps.start_production:
        yield SideStep("production_start", _("Production has started"), posts=True)
    if now.packed() is not None and now.page.steps.prepare_shipment:
        yield SideStep("shipment_new", _("Prepare another shipment"))
    if now.due is not None and now.production_paid and now.page.awaited != "buyer" and now.pays:
        yield SideStep("pay", _("Pay %(amount)s now") % {"amount": format_money(now.due.missing)})
    if now.page.steps.propose_change:
        yield SideStep("addendum_new", _("Propose fewer goods or a lower price"))
    if now.may_claim:
        yield SideStep("dispute_open", _("Something is wrong: open a claim"))
    if now.may_postpone:
        yield SideStep("cancellation_postpone", _("Give the supplier more time"))
    if now.buys and now.page.state in ENDED | {OrderState.DELIVERED}:
        yield SideStep("order_again", _("Put the same into your cart"), posts=True)


def _ways_out(now: Situation) -> Iterable[SideStep]:
    if now.awaits_money and not now.production_paid and (now.buys or now.sells):
        yield SideStep(
            "order_cancel",
            _("Cancel the order"),
            asks=True,
            text=_("Nothing is produced and nothing is owed. What was paid in part goes back to the buyer."),
            action_label=_("Cancel the order"),
            needs_reason=True,
        )
    if now.may_cancel_unpaid:
        yield SideStep("unpaid_cancel", _("Cancel: the payment is overdue"), kind="quiet-danger")
    if now.may_cancel_unshipped or now.may_give_up:
        yield SideStep(
            "unshipped_cancel",
            _("Cancel what is not shipped"),
            asks=True,
            text=_(
                "What has not been shipped is cancelled; its value and its share of the freight "
                "go back to the buyer in full."
            ),
            action_label=_("Cancel the rest and refund the buyer"),
            needs_reason=True,
        )
