"""The section of the editor for the variants of one listing: sizes, grades, packagings, each with its prices."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog import operations
from catalog.forms.variants import (
    Block,
    Typed,
    VariantsForm,
    place_of,
    rearranged,
    stored_block,
    typed_blocks,
)
from catalog.queries.categories import category_facts
from catalog.queries.listings.bar import listing_bar
from catalog.queries.listings.kept_input import Kept, kept_input
from catalog.queries.listings.preview import TypedVariants, listing_preview
from catalog.queries.listings.variants_editor import VariantsEditor, variants_editor
from catalog.queries.prices.tier_check import TierCheck, tier_check
from catalog.views.kept_input import VARIANTS
from catalog.views.selling import may_change
from marketplace.accounts.access import member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.steps import done_in
from marketplace.core.transactions import retrying

_LONGEST = 200
_SAVING = frozenset({"save", "enter", ""})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def product_section(request: CompanyRequest, ref: str) -> HttpResponse:
    """All variants of one listing on one form. Every step but “save” rearranges what is typed, and keeps it."""
    page = variants_editor(ref, request.actor)
    may_edit = may_change(request) and page.is_editable
    if request.method != "POST":
        kept = kept_input(request.actor, page.product_id, VARIANTS) if may_edit else None
        return _shown(request, page, _unsent(page, kept), may_edit=may_edit, kept=kept)
    step = request.POST.get("step", "")[:20]
    if may_edit and step.startswith("preview:"):
        return _preview(request, page, step)
    form, look = _after(request, page, step)
    if step in _SAVING and form.is_valid() and _saved(request, page, form):
        operations.forget_input(product_id=page.product_id, actor=request.actor, section=VARIANTS)
        messages.success(request, _("Saved."))
        return redirect("workbench_variants", ref)
    if may_edit:
        _keep(request, page, form)
    return _shown(request, page, form, may_edit=may_edit, look=look, checks=step == "prices")


def _preview(request: CompanyRequest, page: VariantsEditor, step: str) -> HttpResponse:
    """One variant at the prices that are typed, as the buyer will see it; what is typed is kept, nothing is saved."""
    form = VariantsForm(request.POST, moq=page.facts.moq, unit_code=page.facts.unit_code)
    form.is_valid()
    _keep(request, page, form)
    typed = TypedVariants(form.variants(), place_of(step, form.count))
    preview = listing_preview(
        page.facts,
        category_facts(page.facts.category_code),
        ref=page.ref,
        actor=request.actor,
        at=request.at,
        typed=typed if typed.variants else None,
    )
    return render(request, "catalog/workbench/preview.html", {"preview": preview, "page": page})


def _after(request: CompanyRequest, page: VariantsEditor, step: str) -> tuple[VariantsForm, int]:
    """The form as sent, or with its blocks rearranged; and the place of the block to look at."""
    if step in _SAVING:
        return VariantsForm(request.POST, moq=page.facts.moq, unit_code=page.facts.unit_code), 0
    if step == "prices":
        form = VariantsForm(request.POST, moq=page.facts.moq)
        form.is_valid()
        form.errors.clear()
        return form, 0
    withdrawn = [stored_block(one, page.facts.currency) for one in page.withdrawn]
    blocks, look = rearranged(typed_blocks(request.POST), step, withdrawn, moq=page.facts.moq)
    return VariantsForm(typed=blocks, initial={"revision": request.POST.get("revision", "")[:20]}), look


def _saved(request: CompanyRequest, page: VariantsEditor, form: VariantsForm) -> bool:
    return done_in(
        form,
        lambda: operations.set_variants(
            product_ref=page.ref,
            variants=form.variants(),
            revision=form.cleaned_data["revision"],
            actor=request.actor,
            key=form.key,
            at=request.at,
        ),
    )


def _unsent(page: VariantsEditor, kept: Kept | None) -> VariantsForm:
    """What is saved, or what this person typed before and has not saved."""
    stored = [stored_block(one, page.facts.currency) for one in page.offered]
    typed = _kept_blocks(page, kept) if kept else []
    return VariantsForm(typed=typed or stored, initial={"revision": page.revision})


def _kept_blocks(page: VariantsEditor, kept: Kept) -> list[Typed]:
    """The blocks as they were left; variants that somebody made since stand after them."""
    try:
        blocks: list[Typed] = json.loads(kept.fields["blocks"])
        known = set(json.loads(kept.fields["known"]))
    except (KeyError, ValueError):  # cut, for it was far too long
        return []
    return blocks + [
        stored_block(one, page.facts.currency) for one in page.offered if one.number not in known
    ]


def _keep(request: CompanyRequest, page: VariantsEditor, form: VariantsForm) -> None:
    """Keep what is typed over the revision that stands; over another, nobody could say whose each difference is."""
    if request.POST.get("revision", "") != str(page.revision):
        return
    blocks = _blocks_of(form)
    same = blocks == [stored_block(one, page.facts.currency) for one in page.offered]
    known = [one.number for one in (*page.offered, *page.withdrawn)]
    retrying(
        lambda: operations.keep_input(
            supplier_id=request.actor.company_id or 0,
            product_id=page.product_id,
            revision=page.revision,
            fields={} if same else {"blocks": json.dumps(blocks), "known": json.dumps(known)},
            actor=request.actor,
            at=request.at,
            section=VARIANTS,
        )
    )


def _blocks_of(form: VariantsForm) -> list[Typed]:
    """What stands in the form, without the fields that are empty."""
    blocks = typed_blocks(form.data if form.is_bound else _flat(form))
    return [
        {name: value.replace("\x00", "")[:_LONGEST] for name, value in block.items() if value.strip()}
        for block in blocks
    ]


def _flat(form: VariantsForm) -> dict[str, str]:
    return {name: str(value) for name, value in form.initial.items()}


def _shown(
    request: CompanyRequest,
    page: VariantsEditor,
    form: VariantsForm,
    *,
    may_edit: bool,
    kept: Kept | None = None,
    look: int = 0,
    checks: bool = False,
) -> HttpResponse:
    blocks = _with_checks(page, form, checks=checks)
    wrong = (one.place for one, check in blocks if one.has_errors or (check and check.problems))
    context = {
        "page": page,
        "form": form,
        "blocks": blocks,
        "may_edit": may_edit,
        "put_back": kept,
        "opened": look or next(wrong, int(checks)),
        "section": VARIANTS,
        "bar": listing_bar(page.ref, request.actor),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "catalog/workbench/variants.html", context, status=status)


def _with_checks(
    page: VariantsEditor, form: VariantsForm, *, checks: bool
) -> Sequence[tuple[Block, TierCheck | None]]:
    """Each block with the check of its price rows, when it was asked for."""
    if not checks:
        return [(block, None) for block in form.blocks]
    return [(block, _check(page, form, place)) for place, block in enumerate(form.blocks)]


def _check(page: VariantsEditor, form: VariantsForm, place: int) -> TierCheck:
    half, wrong = form.tier_faults(place)
    facts = replace(page.facts, tiers=form.typed_tiers(place))
    return tier_check(facts, half_rows=half, wrong_rows=wrong)
