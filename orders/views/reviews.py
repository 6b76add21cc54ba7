"""Reviewing what a completed order brought: one form for each product."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from catalog.operations import Marks
from catalog.queries.reviews import review_of_order
from marketplace.accounts.access import member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.errors import Conflict, NotFound
from orders.operations.reviewing import review_order
from orders.queries.page import find_order
from orders.views.common import to_order

_MARKS = [(5, "5"), (4, "4"), (3, "3"), (2, "2"), (1, "1")]


class ReviewForm(forms.Form):
    """Three marks, 5 the best, and words."""

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


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def order_review(request: CompanyRequest, ref: str) -> HttpResponse:
    """Marks and words about each product of the order."""
    order = find_order(ref, request.actor)
    if not request.actor.acts_for(order.buyer_id):
        raise NotFound
    product_ref = request.POST.get("product", "")[:32].replace("\x00", "")
    posted = ReviewForm(request.POST, auto_id=f"id_{product_ref}_%s") if request.method == "POST" else None
    if posted is not None and posted.is_valid():
        try:
            review_order(
                order_ref=ref,
                product_ref=product_ref,
                marks=Marks(**posted.cleaned_data),
                actor=request.actor,
                at=request.at,
            )
        except Conflict as error:
            messages.error(request, error.text)
        else:
            messages.success(request, _("Thank you: your review is public. You can change it for 14 days."))
        return to_order(ref)
    written = review_of_order(ref)
    forms_of = []
    for line in order.lines.select_related("product").order_by("position"):
        review = written.get(line.product_id)
        names = ("goods", "communication", "on_time", "text")
        initial = {name: getattr(review, name) for name in names} if review else {}
        fresh = ReviewForm(initial=initial, auto_id=f"id_{line.product.ref}_%s")
        form = posted if posted is not None and line.product.ref == product_ref else fresh
        forms_of.append((line.product.ref, line.title, form))
    context = {"order": order, "forms": forms_of}
    return render(request, "orders/order_review.html", context, status=422 if posted is not None else 200)
