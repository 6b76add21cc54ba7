"""Wiring of orders."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """Cart, contract, order, shipment."""

    name = "orders"
    label = "orders"
    verbose_name = _("Orders")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.core.checks import register

        from marketplace.core.books import register_books_part
        from marketplace.core.deadlines import register_deadline_kind
        from marketplace.core.operator_settings import register_settings
        from marketplace.core.outbox import declare_event, register_consumer
        from marketplace.files.operations import FileKind, register_file_kind
        from orders import checks, clocks, consumers, deadlines, enquiry_notices, review_notices, texts
        from orders.event_texts import register_event_text
        from orders.operations.shipping import FILE_KIND
        from orders.queries.books import capacity_discrepancies, contract_discrepancies, line_discrepancies
        from orders.queries.enquiries import FILE_KIND as ENQUIRY_FILE
        from orders.queries.files import may_read_document, may_read_enquiry_file

        register(checks.carriers_are_usable)
        register_settings(*clocks.SETTINGS)
        declare_event(*consumers.EVENTS, *review_notices.EVENTS, *enquiry_notices.EVENTS)
        for kind in deadlines.KINDS:
            register_deadline_kind(kind)
        for consumer in (*consumers.consumers(), *review_notices.CONSUMERS, *enquiry_notices.CONSUMERS):
            register_consumer(consumer)
        for name, text in texts.EVENT_TEXTS.items():
            register_event_text(name, text)
        register_file_kind(FileKind(FILE_KIND, ("pdf", "image"), may_read_document))
        register_file_kind(FileKind(ENQUIRY_FILE, ("pdf", "image"), may_read_enquiry_file))
        register_books_part("orders: lines and shipments", line_discrepancies)
        register_books_part("orders: contracts", contract_discrepancies)
        register_books_part("orders: stock and capacity", capacity_discrepancies)
