"""Reviewing a completed order: the goods, one form for each product; and, private to the two sides, the buyer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from catalog.models import Review
from catalog.operations import Marks
from catalog.queries.trust.review_desk import review_of_order
from catalog.queries.trust.reviews import line_of
from marketplace.accounts.access import member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.errors import NotFound
from marketplace.core.forms import FilesField
from marketplace.core.steps import tried_in
from orders.models import BuyerReview, Order
from orders.operations.reviewing import BuyerMarks, review_buyer, review_order
from orders.queries.page import find_order
from orders.views.common import answer, to_order

_MARKS = [(5, "5"), (4, "4"), (3, "3"), (2, "2"), (1, "1")]
_OF_BUYER = ("paid", "communication", "acceptance", "text")
_STATED = ("goods", "communication", "on_time", "text")


class ReviewForm(forms.Form):
    """Three marks, 5 the best, words, and pictures."""

    goods = forms.TypedChoiceField(choices=_MARKS, coerce=int, label=gettext_lazy("Goods as described"))
    communication = forms.TypedChoiceField(choices=_MARKS, coerce=int, label=gettext_lazy("Communication"))
    on_time = forms.TypedChoiceField(choices=_MARKS, coerce=int, label=gettext_lazy("On time"))
    text = forms.CharField(
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=gettext_lazy("In your words"),
        help_text=gettext_lazy("Everybody reads it, with your country; your company is not named."),
    )
    pictures = FilesField(
        required=False,
        label=gettext_lazy("Pictures of what arrived"),
        help_text=gettext_lazy(
            "JPEG, PNG or WebP, at most four in all. The place and the camera are taken out of them."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pictures"].widget.attrs["accept"] = "image/jpeg,image/png,image/webp"


class BuyerReviewForm(forms.Form):
    """Three marks, 5 the best, and words."""

    paid = forms.TypedChoiceField(choices=_MARKS, coerce=int, label=gettext_lazy("Paid as agreed"))
    communication = forms.TypedChoiceField(choices=_MARKS, coerce=int, label=gettext_lazy("Communication"))
    acceptance = forms.TypedChoiceField(
        choices=_MARKS, coerce=int, label=gettext_lazy("Took the goods fairly")
    )
    text = forms.CharField(
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=gettext_lazy("In your words"),
        help_text=gettext_lazy("Only the buyer reads it. It is not public and counts nowhere."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def order_review(request: CompanyRequest, ref: str) -> HttpResponse:
    """Marks, words and pictures about each product of the order."""
    order = find_order(ref, request.actor)
    if not request.actor.acts_for(order.buyer_id):
        raise NotFound
    product_ref = request.POST.get("product", "")[:32].replace("\x00", "")
    posted = None
    if request.method == "POST":
        posted = ReviewForm(request.POST, request.FILES, auto_id=f"id_{product_ref}_%s")
        if posted.is_valid() and _written(request, ref, product_ref, posted):
            messages.success(request, _("Thank you: your review is public. You can change it for 14 days."))
            return to_order(ref)
    context = {
        "order": order,
        "parts": _parts(order, product_ref, posted),
        "received": BuyerReview.objects.filter(order=order).first(),
    }
    return render(request, "orders/order_review.html", context, status=422 if posted is not None else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def order_buyer_review(request: CompanyRequest, ref: str) -> HttpResponse:
    """The supplier's marks and words about the buyer."""
    order = find_order(ref, request.actor)
    if not request.actor.acts_for(order.supplier_id):
        raise NotFound
    review = BuyerReview.objects.filter(order=order).first()
    initial = {name: getattr(review, name) for name in _OF_BUYER} if review else {}
    form = BuyerReviewForm(request.POST if request.method == "POST" else None, initial=initial)
    marks = BuyerMarks(**form.cleaned_data) if form.is_valid() else None
    return answer(
        request,
        form,
        lambda: marks and review_buyer(order_ref=ref, marks=marks, actor=request.actor, at=request.at),
        template="orders/order_buyer_review.html",
        context={"order": order, "review": review},
        done=_("Thank you: the buyer reads it, and nobody else."),
        ref=ref,
    )


def _written(request: CompanyRequest, ref: str, product_ref: str, form: ReviewForm) -> Review | None:
    said = form.cleaned_data
    return tried_in(
        form,
        lambda: review_order(
            order_ref=ref,
            product_ref=product_ref,
            marks=Marks(**{name: said[name] for name in _STATED}),
            pictures=said["pictures"],
            dropped=[one[:32] for one in request.POST.getlist("drop")],
            actor=request.actor,
            at=request.at,
        ),
    )


def _parts(order: Order, product_ref: str, posted: ReviewForm | None) -> list[dict[str, Any]]:
    """For each product of the order: its form, as typed or as it was written, and the pictures that are there."""
    written = review_of_order(order.ref)
    parts: dict[int, dict[str, Any]] = {}
    for line in order.lines.select_related("product").order_by("position"):
        review = written.get(line.product_id)
        initial = {name: getattr(review, name) for name in _STATED} if review else {}
        form = ReviewForm(initial=initial, auto_id=f"id_{line.product.ref}_%s")
        if posted is not None and line.product.ref == product_ref:
            form = posted
        parts.setdefault(
            line.product_id,
            {
                "ref": line.product.ref,
                "title": line.title,
                "form": form,
                "pictures": line_of(review).pictures if review else (),
            },
        )
    return list(parts.values())
