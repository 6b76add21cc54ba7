"""Who may open the routes of the catalogue: the shop for everybody, the workbench for the supplier, the moderators' desk.

The listings here are of a company that none of the personas belongs to, and of the world's supplier
(`own_…`): its draft is nobody else's business, its listing in review the moderators' too.
"""

from __future__ import annotations

from typing import Any

from catalog.models import CapacityPeriod, GoodsRule, ListingFlag
from catalog.operations import RuleFacts, add_goods_rule, edit_storefront, judge_review
from catalog.rules.storefront import StorefrontFacts
from catalog.states import ReviewStep
from marketplace.core.ids import new_key
from tests.access import EVERYBODY, SUPPLIERS, Outcome, Outcomes, Persona, Route, outcomes
from tests.access.stories import NOW
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of
from tests.factories.appeals import a_lodged_appeal, a_review_appeal, a_review_of
from tests.factories.capacity import a_stock
from tests.factories.catalog import MODERATOR, a_live_product, a_submitted_product
from tests.factories.price_lists import a_group_of, a_list_for

CLOSED: Outcomes = dict.fromkeys(EVERYBODY, Outcome.CLOSED)
PUBLIC = outcomes(Outcome.OPEN)
OWN_PEOPLE = outcomes(Outcome.HIDDEN, suppliers=Outcome.OPEN)
MODERATION = outcomes(
    Outcome.REFUSED,
    anonymous=Outcome.LOGIN,
    moderator=Outcome.OPEN,
    staff_without_factor=Outcome.ONWARD,
)
MEMBERS = outcomes(Outcome.ONWARD, anonymous=Outcome.LOGIN, members=Outcome.OPEN)
VIEWERS = (Persona.BUYER_VIEWER, Persona.SUPPLIER_VIEWER)
KEEPERS = dict(MEMBERS) | dict.fromkeys(VIEWERS, Outcome.REFUSED)
OWN_LIST = outcomes(Outcome.ONWARD, anonymous=Outcome.LOGIN, members=Outcome.HIDDEN)
KEEPERS_HIDDEN = dict(OWN_LIST) | dict.fromkeys(VIEWERS, Outcome.REFUSED)
OWN_LISTING = outcomes(
    Outcome.ONWARD, anonymous=Outcome.LOGIN, members=Outcome.HIDDEN, suppliers=Outcome.OPEN
)


def sellers(outcome: Outcome, own: Outcome = Outcome.OPEN) -> Outcomes:
    """What those meet whose role may list: `outcome` at other companies, `own` at the supplier; others are refused."""
    return outcomes(
        Outcome.ONWARD,
        anonymous=Outcome.LOGIN,
        members=Outcome.REFUSED,
        buyer_owner=outcome,
        stranger=outcome,
        supplier_owner=own,
        supplier_sales=own,
    )


SAVING = outcomes(
    Outcome.ONWARD,
    anonymous=Outcome.LOGIN,
    members=Outcome.HIDDEN,
    supplier_owner=Outcome.OPEN,
    supplier_sales=Outcome.OPEN,
    supplier_finance=Outcome.REFUSED,
    supplier_viewer=Outcome.REFUSED,
)
IMPORTING = sellers(Outcome.OPEN)
REVIEWED = dict(OWN_PEOPLE) | {Persona.MODERATOR: Outcome.OPEN}
assert all(REVIEWED[persona] is Outcome.OPEN for persona in SUPPLIERS)


OWN_REVIEW = outcomes(Outcome.ONWARD, anonymous=Outcome.LOGIN, members=Outcome.HIDDEN, buyers=Outcome.OPEN)
OWN_APPEAL = dict(OWN_REVIEW) | dict.fromkeys((Persona.BUYER_FINANCE, Persona.BUYER_VIEWER), Outcome.REFUSED)


def live(world: Any) -> dict[str, object]:
    """The supplier's listing that everybody sees."""
    return {"ref": world.papers.live.ref}


def draft(world: Any) -> dict[str, object]:
    """The supplier's draft."""
    return {"ref": world.papers.draft.ref}


def in_review(world: Any) -> dict[str, object]:
    """The supplier's listing that a moderator reads."""
    return {"ref": world.papers.in_review.ref}


def slugged(product: str) -> Any:
    """The long address of one of the supplier's listings."""

    def arguments(world: Any) -> dict[str, object]:
        found = getattr(world.papers, product)
        return {"ref": found.ref, "slug": found.slug or "rice"}

    return arguments


def picture(of: str, **more: str) -> Any:
    """A picture of one of the supplier's listings."""
    return lambda world: {"file_ref": getattr(world.papers, of).ref, "size": "thumb"} | more


def a_review(_world: Any) -> dict[str, object]:
    """A listing of a company that none of the personas belongs to."""
    return {"ref": a_submitted_product().ref}


def an_import(world: Any) -> dict[str, object]:
    """The supplier's import, checked and not run."""
    return {"ref": world.papers.listing_import.ref}


def a_certificate_of_theirs(world: Any) -> dict[str, object]:
    """What the supplier has stated."""
    return {"ref": world.papers.certificate.ref}


def a_price_list(world: Any) -> dict[str, object]:
    """What the supplier asks of a buyer of its choice."""
    return {"ref": a_list_for(a_company(), world.papers.live).ref}


def a_period_of_theirs(world: Any) -> dict[str, object]:
    """Stock of the supplier's that is still offered, more than anybody here orders."""
    live = world.papers.live
    rows = CapacityPeriod.objects.filter(variant__product=live, withdrawn_at__isnull=True)
    return {"ref": live.ref, "capacity_ref": (rows.first() or a_stock(live, "100000")).ref}


def a_buyer_group(world: Any) -> dict[str, object]:
    """A group of the supplier's buyers."""
    return {"ref": a_group_of(world.papers.live.supplier, a_company()).ref}


def an_appeal(_world: Any) -> dict[str, object]:
    """An appeal of a company that none of the personas belongs to."""
    return {"ref": a_lodged_appeal().ref}


def a_storefront(_world: Any) -> dict[str, object]:
    """A storefront, just arranged, of a company that none of the personas belongs to."""
    company = a_company()
    edit_storefront(
        supplier_id=company.pk,
        facts=StorefrontFacts(capacity="400 t a year"),
        actor=owner_of(company),
        key=new_key(),
        at=AT,
    )
    return {"ref": company.ref}


def a_goods_rule(_world: Any) -> dict[str, object]:
    """A rule that nobody ended yet; each has its own HS prefix, as one rule stands once."""
    prefix = f"9306{GoodsRule.objects.count():06d}"
    facts = RuleFacts("prohibited", prefix, "No munition.", "A law", AT.date())
    return {"ref": add_goods_rule(facts=facts, actor=MODERATOR, key=new_key(), at=AT).ref}


def a_flag(_world: Any) -> dict[str, object]:
    """An open flag of a listing of a company that none of the personas belongs to."""
    product = a_submitted_product()
    flag = ListingFlag.objects.create(
        product=product, kind="price_off", mark="walk", risk=50, revision=1, found_at=AT
    )
    return {"ref": product.ref, "flag_id": flag.pk}


def a_review_written(_world: Any) -> dict[str, object]:
    """What a company that none of the personas belongs to says of another's product."""
    return {"ref": a_review_of(a_live_product(), a_company()).ref}


def a_review_taken_down(world: Any) -> dict[str, object]:
    """What the buyer said of a stranger's product, and may appeal about."""
    review = a_review_of(a_live_product(), world.buyer)
    judge_review(review_ref=review.ref, step=ReviewStep.TAKEN_DOWN, reason="A name", actor=MODERATOR, at=NOW)
    return {"ref": review.ref}


def an_appeal_about_a_review(_world: Any) -> dict[str, object]:
    """Of a company that none of the personas belongs to."""
    return {"ref": a_review_appeal().ref}


def judging(_world: Any) -> dict[str, object]:
    """A moderator's decision about a review."""
    return {"step": "taken_down", "reason": "Because of this walk"}


def keyed(_world: Any) -> dict[str, object]:
    """What a button sends."""
    return {"idempotency_key": new_key(), "reason": "Because of this walk", "revision": "1"}


ROUTES = (
    Route("home", get=PUBLIC, post=CLOSED),
    Route("categories", get=PUBLIC, post=CLOSED),
    Route("category", get=PUBLIC, post=CLOSED, kwargs=lambda world: {"code": "rice"}),
    Route("search", get=PUBLIC, post=CLOSED),
    Route("search_why", get=PUBLIC, post=CLOSED),
    Route("desk_ranking", get=MODERATION, post=CLOSED),
    Route("search_suggestions", get=PUBLIC, post=CLOSED),
    Route("protection", get=PUBLIC, post=CLOSED),
    Route("supplier", get=PUBLIC, post=CLOSED, kwargs=lambda world: {"ref": world.supplier.ref}),
    Route("compare_tray", get=PUBLIC, post=PUBLIC),
    Route("recent_searches", get=PUBLIC, post=PUBLIC),
    *(
        Route(name, get=PUBLIC, post=CLOSED)
        for name in ("compare", "robots", "sitemap_index", "sitemap_pages")
    ),
    *(
        Route(name, get=PUBLIC, post=CLOSED, kwargs=lambda world: {"part": 0})
        for name in ("sitemap_products", "sitemap_suppliers", "merchant_products")
    ),
    *(
        Route(name, get=PUBLIC, post=CLOSED, kwargs=lambda world: {"ref": world.supplier.ref})
        for name in ("supplier_news", "merchant_supplier")
    ),
    Route("product_short", get=PUBLIC, post=PUBLIC, kwargs=live),
    Route("product", get=PUBLIC, post=PUBLIC, kwargs=slugged("live")),
    Route(
        "product", get=OWN_PEOPLE, post=PUBLIC, kwargs=slugged("draft"), note="a POST only writes an address"
    ),
    Route("product", get=REVIEWED, post=PUBLIC, kwargs=slugged("in_review")),
    Route("product_image", get=PUBLIC, post=CLOSED, kwargs=picture("picture")),
    Route("product_image", get=OWN_PEOPLE, post=CLOSED, kwargs=picture("draft_picture")),
    Route("product_image_as", get=PUBLIC, post=CLOSED, kwargs=picture("picture", image_format="webp")),
    Route(
        "product_image_as", get=OWN_PEOPLE, post=CLOSED, kwargs=picture("draft_picture", image_format="avif")
    ),
    Route("saved_searches", get=MEMBERS, post=MEMBERS, data=lambda world: {"address": "q=rice"}),
    Route("favourites", get=MEMBERS, post=CLOSED),
    Route("favourites_keep", get=KEEPERS, post=KEEPERS_HIDDEN),
    Route("favourite_list", get=OWN_LIST, post=CLOSED, kwargs=lambda world: {"ref": "fav_000000000000"}),
    Route(
        "favourite_change", get=CLOSED, post=KEEPERS_HIDDEN, kwargs=lambda world: {"ref": "fav_000000000000"}
    ),
    Route(
        "saved_search",
        get=CLOSED,
        post=outcomes(Outcome.ONWARD, anonymous=Outcome.LOGIN, members=Outcome.HIDDEN),
        kwargs=lambda world: {"ref": "sav_000000000000"},
    ),
    Route(
        "saved_search_stop",
        get=outcomes(Outcome.HIDDEN),
        post=outcomes(Outcome.HIDDEN),
        kwargs=lambda world: {"token": "sav_000000000000:forged"},
    ),
    Route("workbench_products", get=MEMBERS, post=CLOSED),
    Route("workbench_new", get=sellers(Outcome.OPEN), post=sellers(Outcome.OPEN)),
    Route("workbench_preview", get=CLOSED, post=sellers(Outcome.OPEN)),
    Route("workbench_begin", get=CLOSED, post=sellers(Outcome.OPEN)),
    Route(
        "workbench_pictures",
        get=sellers(Outcome.HIDDEN),
        post=sellers(Outcome.HIDDEN),
        kwargs=draft,
    ),
    Route("workbench_begin_again", get=CLOSED, post=sellers(Outcome.OPEN)),
    Route(
        "workbench_begin_again",
        get=CLOSED,
        post=sellers(Outcome.HIDDEN),
        data=draft,
        note="of another company's listing",
    ),
    Route(
        "workbench_steps",
        get=CLOSED,
        post=sellers(Outcome.HIDDEN),
        data=lambda world: {"step": "submit", "listing": world.papers.draft.ref},
        note="of another company's listing",
    ),
    Route("workbench_price_check", get=CLOSED, post=sellers(Outcome.OPEN)),
    Route(
        "workbench_preview",
        get=CLOSED,
        post=sellers(Outcome.HIDDEN),
        data=draft,
        note="with another company's listing",
    ),
    Route("workbench_product", get=OWN_LISTING, post=SAVING, kwargs=draft),
    Route("workbench_languages", get=OWN_LISTING, post=SAVING, kwargs=draft, data=keyed),
    Route(
        "workbench_language",
        get=OWN_LISTING,
        post=SAVING,
        kwargs=lambda world: {**draft(world), "code": "es"},
    ),
    *(
        Route(name, get=CLOSED, post=sellers(Outcome.HIDDEN), kwargs=kwargs, data=keyed)
        for name, kwargs in (
            ("workbench_submit", draft),
            ("workbench_withdraw", in_review),
            ("workbench_pause", draft),
            ("workbench_resume", draft),
        )
    ),
    *(
        Route(
            name,
            get=CLOSED,
            post=sellers(Outcome.REFUSED),
            kwargs=live,
            data=keyed,
            note="live: everybody knows of it",
        )
        for name in ("workbench_pause", "workbench_resume")
    ),
    Route(
        "workbench_image",
        get=CLOSED,
        post=sellers(Outcome.HIDDEN),
        kwargs=lambda world: {"ref": world.papers.draft.ref, "file_ref": world.papers.draft_picture.ref},
        data=lambda world: {"step": "remove"},
    ),
    Route(
        "workbench_image",
        get=CLOSED,
        post=sellers(Outcome.HIDDEN, Outcome.HIDDEN),
        kwargs=lambda world: {
            "ref": world.papers.draft.ref,
            "file_ref": world.strange_papers.draft_picture.ref,
        },
        data=lambda world: {"step": "remove"},
        note="another company's picture under one's own listing",
    ),
    Route("workbench_storefront", get=MEMBERS, post=IMPORTING, data=keyed),
    Route(
        "workbench_storefront_picture",
        get=CLOSED,
        post=sellers(Outcome.HIDDEN, Outcome.HIDDEN),
        kwargs=lambda world: {"file_ref": "fil_000000000000"},
        data=lambda world: {"step": "remove"},
    ),
    Route("desk_storefronts", get=MODERATION, post=CLOSED),
    Route("desk_storefront", get=MODERATION, post=CLOSED, kwargs=a_storefront),
    *(
        Route(f"desk_storefront_{step}", get=CLOSED, post=MODERATION, kwargs=a_storefront, data=keyed)
        for step in ("confirm", "hide")
    ),
    Route("workbench_export", get=MEMBERS, post=CLOSED),
    Route("workbench_import_template", get=MEMBERS, post=CLOSED),
    Route("workbench_imports", get=MEMBERS, post=IMPORTING),
    Route("workbench_import", get=OWN_LISTING, post=CLOSED, kwargs=an_import),
    Route("workbench_import_errors", get=OWN_LISTING, post=CLOSED, kwargs=an_import),
    *(
        Route(
            f"workbench_import_{step}",
            get=CLOSED,
            post=sellers(Outcome.HIDDEN),
            kwargs=an_import,
            data=keyed,
        )
        for step in ("columns", "words", "pictures", "run", "cancel")
    ),
    Route("workbench_product_certificates", get=OWN_LISTING, post=SAVING, kwargs=draft),
    Route("workbench_lead_times", get=OWN_LISTING, post=SAVING, kwargs=draft),
    Route("workbench_availability", get=OWN_LISTING, post=SAVING, kwargs=draft),
    Route("workbench_capacity", get=OWN_LISTING, post=SAVING, kwargs=a_period_of_theirs),
    Route(
        "workbench_capacity_withdraw",
        get=CLOSED,
        post=sellers(Outcome.HIDDEN),
        kwargs=a_period_of_theirs,
    ),
    Route("workbench_variants", get=OWN_LISTING, post=SAVING, kwargs=draft),
    Route("workbench_pauses", get=MEMBERS, post=IMPORTING),
    Route(
        "workbench_pause_end",
        get=CLOSED,
        post=sellers(Outcome.HIDDEN),
        kwargs=lambda world: {"ref": world.papers.pause.ref},
    ),
    Route("workbench_offering", get=OWN_LISTING, post=SAVING, kwargs=draft),
    Route("workbench_markets", get=MEMBERS, post=IMPORTING),
    Route("workbench_buyer_groups", get=sellers(Outcome.OPEN), post=CLOSED),
    Route("workbench_buyer_group_new", get=sellers(Outcome.OPEN), post=sellers(Outcome.OPEN)),
    Route(
        "workbench_buyer_group",
        get=sellers(Outcome.HIDDEN),
        post=sellers(Outcome.HIDDEN),
        kwargs=a_buyer_group,
    ),
    Route(
        "workbench_buyer_group_dissolve",
        get=CLOSED,
        post=sellers(Outcome.HIDDEN),
        kwargs=a_buyer_group,
        data=keyed,
    ),
    Route("workbench_price_lists", get=sellers(Outcome.OPEN), post=CLOSED),
    Route("workbench_price_list_new", get=sellers(Outcome.OPEN), post=sellers(Outcome.OPEN)),
    Route(
        "workbench_price_list", get=sellers(Outcome.HIDDEN), post=sellers(Outcome.HIDDEN), kwargs=a_price_list
    ),
    *(
        Route(name, get=sellers(Outcome.HIDDEN), post=sellers(Outcome.HIDDEN), kwargs=a_price_list)
        for name in ("workbench_private_prices", "workbench_private_prices_table")
    ),
    Route("workbench_private_prices_file", get=sellers(Outcome.HIDDEN), post=CLOSED, kwargs=a_price_list),
    Route(
        "workbench_price_list_end",
        get=CLOSED,
        post=sellers(Outcome.HIDDEN),
        kwargs=a_price_list,
        data=keyed,
    ),
    Route("workbench_certificates", get=MEMBERS, post=CLOSED),
    Route("workbench_certificate_new", get=sellers(Outcome.OPEN), post=sellers(Outcome.OPEN)),
    Route("workbench_certificate", get=OWN_LISTING, post=SAVING, kwargs=a_certificate_of_theirs),
    Route(
        "workbench_certificate_withdraw",
        get=CLOSED,
        post=sellers(Outcome.HIDDEN),
        kwargs=a_certificate_of_theirs,
        data=keyed,
    ),
    Route("desk_certificates", get=MODERATION, post=CLOSED),
    Route("desk_certificate", get=MODERATION, post=CLOSED, kwargs=a_certificate_of_theirs),
    *(
        Route(
            f"desk_certificate_{step}",
            get=CLOSED,
            post=MODERATION,
            kwargs=a_certificate_of_theirs,
            data=keyed,
        )
        for step in ("check", "reject")
    ),
    Route("workbench_goods_rules", get=OWN_LISTING, post=SAVING, kwargs=draft),
    Route("workbench_reviews", get=MEMBERS, post=CLOSED),
    Route(
        "workbench_review_answer",
        get=CLOSED,
        post=sellers(Outcome.HIDDEN, Outcome.HIDDEN),
        kwargs=a_review_written,
    ),
    Route("desk_product_reviews", get=MODERATION, post=CLOSED),
    Route("desk_review_judge", get=CLOSED, post=MODERATION, kwargs=a_review_written, data=judging),
    Route("review_report", get=KEEPERS, post=KEEPERS, kwargs=a_review_written),
    Route("reviews_written", get=MEMBERS, post=CLOSED),
    Route("supplier_reviews", get=PUBLIC, post=CLOSED, kwargs=lambda world: {"ref": world.supplier.ref}),
    Route("desk_goods_rules", get=MODERATION, post=MODERATION),
    Route("desk_goods_rules_install", get=CLOSED, post=MODERATION),
    Route("desk_goods_rule_end", get=CLOSED, post=MODERATION, kwargs=a_goods_rule, data=keyed),
    Route("desk_moderation_flag", get=CLOSED, post=MODERATION, kwargs=a_flag, data=keyed),
    Route("workbench_appeal", get=OWN_LISTING, post=SAVING, kwargs=draft),
    Route("review_appeal", get=OWN_REVIEW, post=OWN_APPEAL, kwargs=a_review_taken_down, data=keyed),
    Route("desk_review_appeal", get=MODERATION, post=MODERATION, kwargs=an_appeal_about_a_review, data=keyed),
    Route("desk_appeals", get=MODERATION, post=CLOSED),
    Route("desk_appeal", get=MODERATION, post=MODERATION, kwargs=an_appeal, data=keyed),
    Route("desk_moderation", get=MODERATION, post=CLOSED),
    Route("desk_moderation_product", get=MODERATION, post=CLOSED, kwargs=a_review),
    *(
        Route(f"desk_moderation_{step}", get=CLOSED, post=MODERATION, kwargs=a_review, data=keyed)
        for step in ("approve", "reject", "confirm", "suspend", "reinstate")
    ),
)
