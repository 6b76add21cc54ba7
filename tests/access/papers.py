"""What a trading company keeps that others must not read or use: listings, pictures, legal papers, a cart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from catalog.models import Certificate, HolidayPause, ListingImport, Product
from catalog.operations import add_image, add_pause
from catalog.rules.lead_times import Pause
from marketplace.accounts.models import Company, Invitation
from marketplace.accounts.operations import invite_member, submit_verification
from marketplace.core.actors import Actor
from marketplace.core.ids import new_key
from marketplace.files.models import StoredFile
from orders.models import CartLine
from orders.operations import add_to_cart
from tests.factories import AT
from tests.factories.accounts import owner_of
from tests.factories.catalog import a_draft, a_live_product, a_submitted_product
from tests.factories.certificates import a_certificate
from tests.factories.files import a_pdf, a_picture
from tests.factories.imports import checked, csv_file, rice

_NEXT_YEAR = AT.date() + timedelta(days=365)


@dataclass
class Papers:
    """What a trading company has that others must not read or use."""

    live: Product
    draft: Product
    in_review: Product
    picture: StoredFile
    draft_picture: StoredFile
    legal_document: StoredFile
    verification_ref: str
    invitation: Invitation
    cart_line: CartLine
    listing_import: ListingImport
    import_file: StoredFile
    certificate: Certificate
    pause: HolidayPause


def keep_papers(company: Company, mark: str, *, cart_of: Company) -> Papers:
    owner = owner_of(company)
    live = a_live_product(company)
    draft = a_draft(company, title=f"Unseen draft of {mark}")
    in_review = a_submitted_product(company, title=f"Unread listing of {mark}")
    case = submit_verification(
        company_id=company.pk,
        documents=[a_pdf(f"register of {mark}.pdf", mark)],
        note=f"Note on {mark} for officers",
        actor=owner,
        key=new_key(),
        at=AT,
    )
    invitation = invite_member(
        company_id=company.pk,
        email=f"invited-{mark}@example.com",
        role="sales",
        actor=owner,
        key=new_key(),
        at=AT,
    )
    sheet = checked(company, csv_file([rice(title=f"Unsent row of {mark}")], name=f"sheet of {mark}.csv"))
    wanted = a_live_product(title=f"Wanted by {mark}")
    line = add_to_cart(
        product_ref=wanted.ref, quantity=Decimal(20), actor=owner_of(cart_of), key=new_key(), at=AT
    )
    return Papers(
        live=live,
        draft=draft,
        in_review=in_review,
        picture=_picture(live, owner),
        draft_picture=_picture(draft, owner),
        legal_document=StoredFile.objects.get(subject=case.ref),
        verification_ref=case.ref,
        invitation=invitation,
        cart_line=line,
        listing_import=sheet,
        import_file=StoredFile.objects.get(subject=sheet.ref),
        certificate=a_certificate(
            company, number=f"Certificate of {mark}", scan=a_pdf(f"scan of {mark}.pdf", mark)
        ),
        pause=add_pause(
            supplier_id=company.pk,
            pause=Pause(_NEXT_YEAR, _NEXT_YEAR, True, f"Away for {mark}"),
            actor=owner,
            key=new_key(),
            at=AT,
        ),
    )


def _picture(product: Product, actor: Actor) -> StoredFile:
    return add_image(
        product_ref=product.ref, upload=a_picture(), actor=actor, key=new_key(), at=AT, alt="Rice"
    ).file
