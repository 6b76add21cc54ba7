"""Why a row of an import cannot be done, each in words for its column. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from catalog.errors import GoodsProhibited, GoodsStatementMissing
from catalog.imports import fields
from catalog.imports.archives import picture_key
from catalog.imports.stated import changed_columns
from catalog.imports.statements import Problem, Statement
from catalog.imports.translated import changed_words
from catalog.operations.imports.found import RowGroup
from catalog.operations.imports.judged import OF_VARIANT, OFFERED_AGAIN, WITHDRAWN, Bench, Judged
from catalog.operations.listings.bulk import difference
from catalog.operations.listings.images import MAXIMUM_IMAGES
from catalog.operations.listings.variant_terms import KEPT_BY_WITHDRAWN, TermsChange, meaning_problem
from catalog.rules.goods import rules_for_listing
from catalog.rules.listing import SKU_TAKEN
from catalog.states import ProductState


def identity_problems(bench: Bench, group: RowGroup, one: Judged, above: Sequence[Judged]) -> list[Problem]:
    """It names no listing, one that is not the company's, or one that another row is about."""
    keys, cells, problem = one.keys, one.row.cells, bench.reader.problem
    if not keys.ref and not keys.sku:
        text = _("Give the row an article number: by it the listing is found again.")
        return [problem("sku", text, cells)]
    if keys.ref and one.stored is None:
        text = _("No listing of your company has this reference. Leave the cell empty to make a new listing.")
        return [problem(fields.REFERENCE, text, cells)]
    if group.torn and not above:
        return [problem(fields.LISTING, _stand_together(group.torn), cells)]
    twin = _twin(bench, one, above)
    if not twin:
        return []
    text = _(
        "Row %(number)s is about the same listing. Keep one of the two, or give this one its own number."
    )
    if one.stored and one.stored.several:
        text = _(
            "Row %(number)s is about the same variant. Keep one of the two, or give this one its own number."
        )
    return [problem("sku" if keys.sku and not keys.ref else fields.REFERENCE, text % {"number": twin}, cells)]


def torn_problems(bench: Bench, lead: Judged) -> list[Problem]:
    """Rows far above are about the same listing, and this one would change what they say of it."""
    above = bench.found.earlier.get(f"#{lead.stored.product.pk}", 0) if lead.stored else 0
    of_listing = set(lead.changes) - OF_VARIANT - {fields.VARIANT, OFFERED_AGAIN, WITHDRAWN}
    if not of_listing or not 0 < above < lead.row.number:
        return []
    return [
        bench.reader.problem(
            "sku" if lead.keys.sku else fields.REFERENCE, _stand_together(above), lead.row.cells
        )
    ]


def foreign_problems(bench: Bench, one: Judged) -> list[Problem]:
    """What a further row of a listing says of the whole, where the first one says something else."""
    lead = one.lead
    if lead is None:
        return []
    columns = [name for name in difference(lead.facts, one.facts)[0] if name not in OF_VARIANT]
    columns += [*changed_columns(lead.offering, one.offering), *changed_words(lead.words, one.words)]
    text = _("This is of the whole listing: write it in row %(number)s, and leave it empty here.") % {
        "number": lead.row.number
    }
    return [bench.reader.problem(_column(name, lead, one), text, one.row.cells) for name in columns]


def sku_problems(bench: Bench, one: Judged) -> list[Problem]:
    """An article number names one variant of the company's."""
    sku, stored = one.variant.sku, one.stored
    owner = bench.found.by_sku.get(sku) if sku else None
    if owner is None or (stored and one.before and owner == (stored.product.pk, one.before.number)):
        return []
    withdrawn = stored.withdrawn_numbers if stored and owner[0] == stored.product.pk else ()
    text = KEPT_BY_WITHDRAWN if owner[1] in withdrawn else SKU_TAKEN
    return [bench.reader.problem("sku", text, one.row.cells)]


def meaning_problems(bench: Bench, one: Judged) -> list[Problem]:
    """A new currency or unit would give the prices of the other variants another meaning."""
    if one.stored is None:
        return []
    change = TermsChange(one.stored.product.pk, one.stored.facts, one.facts)
    refused = meaning_problem(change, several=one.stored.several)
    return [bench.reader.problem(field, text, one.row.cells) for field, text in refused.items()]


def goods_problems(bench: Bench, one: Judged) -> list[Problem]:
    """The first rule about goods that keeps the row from being offered; what is listed and keeps its code stays."""
    facts, stored, found = one.facts, one.stored, bench.found
    listed = stored is not None and stored.product.state != ProductState.DRAFT
    if stored and listed and (facts.hs_code, facts.origin) == (stored.facts.hs_code, stored.facts.origin):
        return []
    rules = rules_for_listing(found.rules, hs_code=facts.hs_code, origin=facts.origin, day=found.day)
    pk = stored.product.pk if stored else 0
    rule = next((one for one in rules if one.is_prohibition or (pk, one.id) not in found.stated), None)
    if rule is None:
        return []
    words = {"reason": rule.reason, "hs": rule.hs_prefix, "source": rule.source}
    refusal = (
        GoodsProhibited(title=facts.title, **words)
        if rule.is_prohibition
        else GoodsStatementMissing(needs=rule.needs, **words)
    )
    return [bench.reader.problem("hs_code", refusal.text, one.row.cells)]


def picture_problems(
    bench: Bench, one: Judged, said: Statement, above: Sequence[str]
) -> tuple[tuple[str, ...], list[Problem]]:
    """Which of the row's files are new to the listing, and what is wrong with the others. `above`: of its first row."""
    stored, pictures = one.stored, bench.pictures
    have = {*(stored.pictures if stored else ()), *above}
    known = stored.fingerprints if stored else frozenset()
    named = [name for name in said.pictures if name not in have]
    lost = [name for name in named if picture_key(name) not in pictures]
    fresh = [name for name in named if pictures.get(picture_key(name)) not in {None, *known}]
    if lost:
        sent = bench.job.pictures_id is not None
        text = (
            _("“%(name)s” is not in the ZIP file.") if sent else _("Send a ZIP file that holds “%(name)s”.")
        )
        return (), [bench.reader.problem(fields.IMAGES, text % {"name": lost[0]}, one.row.cells)]
    if len(have) + len(fresh) > MAXIMUM_IMAGES:
        text = _("A listing shows at most %(limit)s pictures.") % {"limit": MAXIMUM_IMAGES}
        return (), [bench.reader.problem(fields.IMAGES, text, one.row.cells)]
    return tuple(fresh), []


def _stand_together(number: int) -> str:
    return _("Rows about one listing stand below each other: move this one to row %(number)s.") % {
        "number": number
    }


def _twin(bench: Bench, one: Judged, above: Sequence[Judged]) -> int:
    """The row before that is about the same variant; 0 for none."""
    same = (other.row.number for other in above if one.before and other.before == one.before)
    names = [one.match_key]
    if one.stored and one.before:
        names.append(f"#{one.stored.product.pk}.{one.before.number}")
    earlier = (bench.found.earlier.get(name, one.row.number) for name in names)
    return next((number for number in (*earlier, *same) if number < one.row.number), 0)


def _column(name: str, lead: Judged, one: Judged) -> str:
    """The column of what differs; of the facts that categories ask for, the first that does."""
    if name != "attributes":
        return name
    old, new = lead.facts.attributes, one.facts.attributes
    return (
        f"{fields.ATTRIBUTE}{next(code for code in sorted({*old, *new}) if old.get(code) != new.get(code))}"
    )
