"""What `load_demo` does with a database that is not empty: it fills and empties none but its own."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from catalog.models import Category, Product
from catalog.operations import add_image, confirm_changes
from catalog.states import ProductState
from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.ids import new_key
from marketplace.demo.content import load_content
from marketplace.demo.gallery import add_missing_picture
from marketplace.demo.logins import demo_logins
from marketplace.demo.reset import drop_everything
from marketplace.demo.story import Mark, mark
from marketplace.demo.story.papers import Paper, draw
from tests.factories import AT
from tests.factories.accounts import a_person, owner_of
from tests.factories.catalog import MODERATOR, a_live_product, tiers
from tests.factories.files import picture_bytes


def ran(*arguments: str) -> str:
    out = StringIO()
    call_command("load_demo", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_load_demo_in_a_database_in_use_tells_nothing_and_drops_nothing() -> None:
    person = a_person()
    assert "in use" in ran("--if-empty")
    for arguments in ([], ["--reset"], ["--reset", "--without-pictures"]):
        with pytest.raises(CommandError, match="neither filled nor emptied"):
            ran(*arguments)
    assert list(User.objects.all()) == [person]
    assert mark() is Mark.NONE


@pytest.mark.django_db
def test_demo_logins_without_the_story_end_with_code_one() -> None:
    assert demo_logins() == []
    with pytest.raises(SystemExit) as ended:
        call_command("demo_logins", stdout=StringIO(), stderr=StringIO())
    assert ended.value.code == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_drop_everything_leaves_an_empty_marketplace() -> None:
    a_live_product()
    kept = default_storage.save("aa/bb/fil_x.pdf", ContentFile(b"%PDF"))
    drop_everything()
    assert User.objects.count() == Product.objects.count() == 0
    assert Category.objects.count() > 100
    assert not default_storage.exists(kept)


@pytest.mark.slow
@pytest.mark.django_db
def test_add_missing_picture_gives_a_listing_its_second_and_stops() -> None:
    gears = next(
        row for supplier in load_content().suppliers for row in supplier.products if row.key == "spur-gears"
    )
    product = a_live_product(title=gears.title, sku="SPUR-GEARS", tiers=tiers((5, "10")), moq=Decimal(5))
    assert not add_missing_picture(), "a listing without a first picture is not the story's"
    with_first = _put_first_picture(product)
    assert add_missing_picture()
    assert with_first.images.count() == 2
    assert Product.objects.get(pk=product.pk).state == ProductState.LIVE
    assert not add_missing_picture()


def _put_first_picture(product: Product) -> Product:
    add_image(
        product_ref=product.ref,
        upload=picture_bytes(),
        actor=owner_of(product.supplier),
        key=new_key(),
        at=AT,
    )
    product.refresh_from_db()
    confirm_changes(product_ref=product.ref, revision=product.revision, actor=MODERATOR, key=new_key(), at=AT)
    return product


@pytest.mark.parametrize("text", ["Công ty TNHH Thủy sản", "宁波海岳机械有限公司", "Açaí – “straße”", ""])
def test_paper_of_any_letters_is_a_small_pdf(text: str) -> None:
    paper = Paper(text, text, text, clock.now(), {text: text * 20}, (text, text), ((text, text),) * 3, text)
    content = draw(paper)
    assert content.startswith(b"%PDF-")
    assert len(content) < 20_000
