"""The index on disk: followed, killed, broken, rebuilt; and never more than one writer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from tantivy import DocAddress, FieldType, Index, Query, SchemaBuilder

from catalog.data.recipe import recipe
from catalog.models import Product, SearchChange, SearchEntry
from catalog.operations import pause_product, resume_product, set_listing_visibility
from catalog.operations.searching import texts_anew as texts_anew_module
from catalog.operations.searching.indexing import index_product, refresh_search
from catalog.operations.searching.texts_anew import TextsAtEase, old_texts, texts_anew
from catalog.search import SearchSpec, find
from catalog.search.engine import SearchEngine, best_engine_answers
from catalog.search.local_index import local_index
from catalog.search.tantivy_index.engine import TantivyEngine
from catalog.search.tantivy_index.folder import AlreadyHeld, IndexFolder
from catalog.search.tantivy_index.following import Following
from catalog.search.tantivy_index.panics import IndexPanicked, panics_as_errors
from catalog.search.tantivy_index.schema import (
    META_ID,
    WHOLE_NUMBERS,
    WHOLE_PRICES,
    WHOLE_TEXTS,
    build_schema,
)
from catalog.search.tantivy_index.writer import IndexFollower, NotOurs, build_index
from catalog.states import ListingVisibility
from marketplace.accounts.models import Company
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of
from tests.factories.catalog import a_live_product


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> IndexFolder:
    settings.SEARCH_DIR = tmp_path
    local_index._closed_until = local_index._lag_asked_at = 0.0
    return IndexFolder(tmp_path)


def following(folder: IndexFolder) -> Following:
    return Following(folder, lambda: refresh_search(at=AT))


def titles(query: str) -> list[str]:
    return sorted(hit.title for hit in find(SearchSpec(query=query)).hits)


def answered_by_the_index() -> bool:
    return local_index.engine() is not None


def ids_in(path: Path) -> list[int]:
    searcher = Index.open(str(path)).searcher()
    hits = searcher.search(Query.all_query(), 1000, order_by_field="id").hits
    return sorted(int(product_id) for product_id, _address in hits)


def test_a_deleted_document_is_gone_and_a_replaced_one_is_there_once(db: None, folder: IndexFolder) -> None:
    rice, wheat = a_live_product(), a_live_product(title="Durum wheat")
    follower = IndexFollower(build_index(folder))
    assert ids_in(follower.path) == sorted([META_ID, rice.pk, wheat.pk])
    SearchEntry.objects.filter(product=rice).update(origin="TH")
    SearchEntry.objects.filter(product=wheat).delete()
    assert follower.follow() == (2, False)
    assert ids_in(follower.path) == [META_ID, rice.pk]
    follower.close()
    # A document without a value makes a column slower: the one that is no product has all of them too.
    columns = [*WHOLE_TEXTS, *WHOLE_NUMBERS, *WHOLE_PRICES]
    wanted = {name: {"value_count": {"field": name}} for name in columns}
    counted = Index.open(str(follower.path)).searcher().aggregate(Query.all_query(), wanted)
    assert {name: found["value"] for name, found in counted.items()} == dict.fromkeys(columns, 2)


def test_what_is_paused_vanishes_at_once_though_nobody_follows(db: None, folder: IndexFolder) -> None:
    rice, other = a_live_product(), a_live_product(title="Rice bran")
    build_index(folder)
    assert answered_by_the_index()
    assert titles("rice") == sorted([rice.title, other.title])
    pause_product(product_ref=rice.ref, actor=owner_of(rice.supplier), key=new_key(), at=AT)
    assert answered_by_the_index()
    assert titles("rice") == [other.title]
    assert find(SearchSpec(query="rice")).total == 1
    set_listing_visibility(supplier_id=other.supplier_id, visibility=ListingVisibility.HIDDEN, at=AT)
    assert titles("rice") == []


def test_a_new_price_shows_at_once_though_nobody_follows(db: None, folder: IndexFolder) -> None:
    rice = a_live_product()
    build_index(folder)
    SearchEntry.objects.filter(product=rice).update(tier_prices=["1", "0.9", "0.8"])
    [hit] = find(SearchSpec(query="basmati")).hits
    assert hit.unit_price == 1


def test_without_an_index_postgres_answers_and_the_follower_builds_one(db: None, folder: IndexFolder) -> None:
    rice = a_live_product()
    assert not answered_by_the_index()
    assert titles("rice") == [rice.title]
    follows = following(folder)
    follows.step()
    assert answered_by_the_index()
    assert titles("rice") == [rice.title]
    Company.objects.filter(pk=rice.supplier_id).update(legal_name="Haryana Grain House")
    assert follows.step()  # notices the name, and has the texts written anew
    assert follows.step()
    assert titles("haryana") == [rice.title]
    follows.close()


def test_a_broken_index_is_left_alone_and_built_anew(db: None, folder: IndexFolder) -> None:
    rice = a_live_product()
    path = build_index(folder)
    (path / "meta.json").write_text("{")
    assert not answered_by_the_index()  # logged, and the fallback answers
    assert titles("rice") == [rice.title]
    follows = following(folder)
    follows.step()
    local_index._closed_until = 0.0
    assert folder.current() not in {None, path}
    assert answered_by_the_index()
    follows.close()


def test_an_index_of_another_schema_or_database_is_not_used(db: None, folder: IndexFolder) -> None:
    a_live_product()
    path = build_index(folder)
    path.rename(path.with_name("v0-2020-01-01-7"))
    (folder.root / "current").write_text("v0-2020-01-01-7")
    assert not answered_by_the_index()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO catalog_searchfeed (kept_from) VALUES (9000000000000000000)")
    left_behind = build_index(folder)
    with pytest.raises(NotOurs):  # the feed no longer tells what it lacks
        IndexFollower(left_behind)


def test_an_index_with_other_fields_is_not_asked_and_the_follower_builds_ours(
    db: None, folder: IndexFolder
) -> None:
    """As when its version was not raised: the name says ours, the fields do not."""
    rice = a_live_product()
    other = folder.new_generation()
    builder = SchemaBuilder()
    builder.add_integer_field("id", indexed=True, fast=True)
    Index(builder.build(), path=str(other))
    folder.make_current(other)
    assert not answered_by_the_index()
    assert titles("rice") == [rice.title]
    follows = following(folder)
    follows.step()
    assert folder.current() not in {None, other}
    assert answered_by_the_index()
    follows.close()


def test_a_question_that_fails_costs_the_index_nothing_and_a_broken_index_is_dropped(
    db: None, folder: IndexFolder, caplog: pytest.LogCaptureFixture
) -> None:
    rice = a_live_product()
    path = build_index(folder)

    def ask(engine: SearchEngine) -> str:
        if not isinstance(engine, TantivyEngine):
            return "postgres"
        engine._snapshot.searcher.doc(DocAddress(99, 0))  # the library panics
        return "index"

    assert best_engine_answers(ask) == "postgres"
    assert "could not answer a question" in caplog.text
    assert folder.current() == path
    assert answered_by_the_index()
    assert titles("rice") == [rice.title]
    for column in path.glob("*.fast"):
        column.write_bytes(b"\0" * 16)
    assert best_engine_answers(ask) == "postgres"
    assert folder.current() is None
    assert titles("rice") == [rice.title]


def test_a_panic_of_the_library_is_an_error_of_ours_and_nothing_else_is() -> None:
    with pytest.raises(IndexPanicked), panics_as_errors():
        Index(build_schema()).searcher().doc(DocAddress(99, 0))
    with pytest.raises(KeyboardInterrupt), panics_as_errors():
        raise KeyboardInterrupt


def test_an_index_that_nobody_follows_any_more_is_not_asked(db: None, folder: IndexFolder) -> None:
    rice = a_live_product()
    build_index(folder)
    seller = owner_of(rice.supplier)
    pause_product(product_ref=rice.ref, actor=seller, key=new_key(), at=AT)
    resume_product(product_ref=rice.ref, actor=seller, key=new_key(), at=AT)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_searchchange SET noted_at = noted_at - interval '20 s'")
    assert not answered_by_the_index()
    assert titles("rice") == [rice.title]


def test_there_is_never_a_second_writer(db: None, folder: IndexFolder) -> None:
    with folder.held("writer"):
        with pytest.raises(AlreadyHeld):
            following(folder).run()
        with pytest.raises(CommandError, match="Another process follows"):
            call_command("follow_search", "--once")
    with folder.held("building"), pytest.raises(CommandError, match="Another process builds"):
        call_command("rebuild_search")
    call_command("follow_search", "--once")
    assert folder.current() is not None


def test_a_rebuild_is_taken_over_by_the_follower(db: None, folder: IndexFolder, capsys: object) -> None:
    rice = a_live_product()
    follows = following(folder)
    follows.step()
    before = folder.current()
    call_command("rebuild_search")
    assert folder.current() != before
    late = a_live_product(title="Late rice")
    follows.step()
    assert titles("rice") == sorted([rice.title, late.title])
    follows.close()


@pytest.mark.slow
@pytest.mark.kill
@pytest.mark.django_db(transaction=True)
def test_a_change_is_searchable_within_two_seconds(folder: IndexFolder) -> None:
    """With the follower as `make up` runs it; the middle one of seven, for a busy machine may hold up a few."""
    product = a_live_product()
    environment = {
        **os.environ,
        "SEARCH_DIR": str(folder.root),
        "PORTOLAN_TEST_NAME": str(connection.settings_dict["NAME"]),
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }
    command = [sys.executable, "-m", "tests.catalog.follow", "patiently"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "following\n"
        waited = []
        for days_ in range(1, 8):
            SearchEntry.objects.filter(product=product).update(lead_time_days=days_)
            began = time.monotonic()
            while not found_within(days_):
                assert time.monotonic() - began < 20
                time.sleep(0.02)
            waited.append(time.monotonic() - began)
        process.kill()
    assert sorted(waited)[3] < 2.0, waited


def found_within(lead_days: int) -> bool:
    """Whether the index (not the database) says so."""
    engine = local_index.engine()
    assert engine is not None
    query = Query.range_query(engine._snapshot.schema, "lead_days", FieldType.Integer, lead_days, lead_days)
    return bool(engine._snapshot.searcher.search(query, 1).hits)


@pytest.mark.slow
@pytest.mark.kill
@pytest.mark.django_db(transaction=True)
def test_killed_at_any_moment_the_follower_loses_nothing(folder: IndexFolder) -> None:
    """Changes come all the time, the follower is killed again and again; the last one leaves both sides equal."""
    products = [a_live_product(title=f"Rice number {n}") for n in range(6)]
    environment = {
        **os.environ,
        "SEARCH_DIR": str(folder.root),
        "PORTOLAN_TEST_NAME": str(connection.settings_dict["NAME"]),
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }
    command = [sys.executable, "-m", "tests.catalog.follow"]
    for round_ in range(3):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "following\n"
        for n, product in enumerate(products):
            if (n + round_) % 2:
                SearchEntry.objects.filter(product=product).update(lead_time_days=round_ * 10 + n)
            time.sleep(0.04 * round_)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        process.stdout.close()
    SearchEntry.objects.filter(product=products[0]).delete()
    follows = following(folder)
    follows.step()
    path = folder.current()
    assert path is not None
    index = Index.open(str(path))
    searcher = index.searcher()
    hits = searcher.search(Query.term_query(index.schema, "kind", "product", "basic"), 100).hits
    addresses = [address for _score, address in hits]
    found = zip(
        searcher.fast_field_values("id", addresses),
        searcher.fast_field_values("lead_days", addresses),
        strict=True,
    )
    expected = SearchEntry.objects.values_list("product_id", "lead_time_days")
    assert sorted(found) == sorted(expected)
    meta = searcher.search(Query.term_query(index.schema, "id", META_ID), 10).hits
    assert len(meta) == 1
    assert "horizon" in json.loads(searcher.doc(meta[0][1])["meta"][0])
    assert Product.objects.count() == 6
    follows.close()


def test_rebuild_gives_old_listings_the_words_of_today_and_goes_on_where_it_was_killed(
    db: None, folder: IndexFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    supplier = a_company()
    for n in range(3):
        a_live_product(supplier, title=f"Groundnut kernels {n}")
    of_today = list(SearchEntry.objects.order_by("pk").values("texts", "vector", "recipe"))
    SearchEntry.objects.update(texts=["groundnut kernels", "", "", ""], vector="'groundnut':1A", recipe="old")
    assert titles("peanut") == []
    first = next(texts_anew(at_once=1)).last  # then the machine went down
    SearchChange.objects.all().delete()
    call_command("rebuild_search")
    assert "2 listings have the words of this release, 2 of them others" in capsys.readouterr().out
    assert first not in SearchChange.objects.values_list("product_id", flat=True)
    assert list(SearchEntry.objects.order_by("pk").values("texts", "vector", "recipe")) == of_today
    assert answered_by_the_index()
    assert titles("peanut") == [f"Groundnut kernels {n}" for n in range(3)]
    assert old_texts() == 0
    assert list(texts_anew()) == []


def test_the_follower_gives_old_listings_the_words_of_today_when_it_has_nothing_else_to_do(
    db: None, folder: IndexFolder
) -> None:
    nuts = a_live_product(title="Groundnut kernels")
    SearchEntry.objects.update(texts=["groundnut kernels", "", "", ""], recipe="old")
    texts = TextsAtEase()
    follows = Following(folder, lambda: refresh_search(at=AT), lambda: texts.step(0.0))
    while follows.step():  # builds the index of what there is, then makes texts anew
        pass
    assert titles("peanut") == titles("Erdnüsse") == []
    assert follows.step()
    assert titles("peanut") == titles("Erdnüsse") == [nuts.title]
    assert old_texts() == 0
    follows.close()


def test_texts_that_come_out_the_same_are_confirmed_and_no_index_need_look_at_them(db: None) -> None:
    rice, nuts = a_live_product(), a_live_product(title="Groundnut kernels")
    SearchEntry.objects.update(recipe="old")
    SearchEntry.objects.filter(product=nuts).update(texts=["groundnut", "", "", ""])
    SearchChange.objects.all().delete()
    assert [(piece.last, piece.looked_at, piece.changed) for piece in texts_anew()] == [(nuts.pk, 2, 1)]
    assert old_texts() == 0
    assert list(SearchChange.objects.values_list("product_id", flat=True)) == [nuts.pk]
    SearchEntry.objects.filter(product=rice).update(origin="TH")  # later changes are noted as ever
    assert SearchChange.objects.filter(product_id=rice.pk).exists()


def test_who_changes_a_listing_while_its_texts_are_made_anew_wins(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed, left = a_live_product(title="Groundnut kernels"), a_live_product(title="Groundnut oil")
    SearchEntry.objects.update(recipe="old", texts=["groundnut", "", "", ""])
    made = texts_anew_module._made

    def made_while_another_works(rows: Any) -> Any:
        texts = made(rows)
        with transaction.atomic():
            Product.objects.filter(pk=changed.pk).update(title="Cocoa beans")
            index_product(Product.objects.get(pk=changed.pk))
        return texts

    monkeypatch.setattr(texts_anew_module, "_made", made_while_another_works)
    assert [piece.looked_at for piece in texts_anew()] == [2]
    texts = {row.product_id: row.texts[0] for row in SearchEntry.objects.all()}
    assert texts == {changed.pk: "cocoa beans", left.pk: "groundnut oil"}
    assert not SearchEntry.objects.exclude(recipe=recipe()).exists()
