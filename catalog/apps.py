"""Wiring of the catalogue: its events and who listens, its kind of file, its categories after `migrate`."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate  # noqa: TID251 -- the one signal that the house allows
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    """Supplier catalogues."""

    name = "catalog"
    label = "catalog"
    verbose_name = _("Catalogue")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register with core, files and Django."""
        from catalog import capacity_notices, consumers, review_notices
        from catalog.operations.imports.steering import FILE_KIND
        from catalog.operations.suppliers.storefronts import FILE_KIND as STOREFRONT_PICTURE
        from catalog.operations.trust.appeals import DOCUMENT_KIND
        from catalog.operations.trust.certificates import SCAN_KIND
        from catalog.operations.trust.goods_rules import PAPER_KIND
        from catalog.operations.trust.reviews import FILE_KIND as REVIEW_PICTURE
        from catalog.queries.capacity.books import capacity_discrepancies
        from catalog.queries.imports.pages import may_read_import_file
        from catalog.queries.listings.images import may_read_image, may_read_place, may_read_review_picture
        from catalog.queries.trust.appeal_desk import may_read_appeal_document
        from catalog.queries.trust.certificates import may_read_scan
        from catalog.queries.trust.goods import may_read_goods_paper
        from marketplace.core.books import register_books_part
        from marketplace.core.jobs import QUEUE_DEFAULT
        from marketplace.core.outbox import EventConsumer, declare_event, register_consumer
        from marketplace.files.kinds import FileKind, register_file_kind

        for told in (consumers, review_notices, capacity_notices):
            declare_event(*told.EVENTS)
            for event, name, handle in told.CONSUMERS:
                register_consumer(EventConsumer(event=event, name=name, queue=QUEUE_DEFAULT, handle=handle))
        register_file_kind(FileKind(name="product_image", accepts=("image",), may_read=may_read_image))
        register_file_kind(FileKind(name=FILE_KIND, accepts=("table",), may_read=may_read_import_file))
        register_file_kind(FileKind(name=SCAN_KIND, accepts=("pdf", "image"), may_read=may_read_scan))
        register_file_kind(FileKind(name=STOREFRONT_PICTURE, accepts=("image",), may_read=may_read_place))
        register_file_kind(
            FileKind(name=REVIEW_PICTURE, accepts=("image",), may_read=may_read_review_picture)
        )
        register_file_kind(FileKind(name=PAPER_KIND, accepts=("pdf", "image"), may_read=may_read_goods_paper))
        register_file_kind(
            FileKind(name=DOCUMENT_KIND, accepts=("pdf", "image"), may_read=may_read_appeal_document)
        )
        register_books_part("catalog: stock and capacity", capacity_discrepancies)
        post_migrate.connect(_load_categories, sender=self)


def _load_categories(*, using: str, **_kwargs: Any) -> None:
    """Bring the tree up to date after every `migrate` (and after a test emptied the tables)."""
    from catalog.operations.categories import load_categories

    if "catalog_categoryattribute" in connections[using].introspection.table_names():
        load_categories()
