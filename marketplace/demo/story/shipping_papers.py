"""The papers of one shipment, made from its order: what a supplier attaches before the goods leave."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from marketplace.core.countries import country_name
from marketplace.core.formatting import format_money, format_number
from marketplace.core.money import Money
from marketplace.core.units import unit_symbol
from marketplace.demo.content import CompanyContent
from marketplace.demo.story.papers import Paper, as_upload
from marketplace.demo.story.trade import Trade
from orders.models import Order, OrderLine
from orders.states import DocumentType


def attach_papers(trade: Trade, *types: str) -> None:
    """Attach papers of these types to the shipment packed last."""
    for document_type in types:
        trade.attach(document_type, shipping_paper(trade, document_type))


def shipping_paper(trade: Trade, document_type: str) -> SimpleUploadedFile:
    """One paper of the shipment packed last, as its supplier would upload it."""
    paper = _paper(trade, DocumentType(document_type))
    return as_upload(paper, f"{paper.title.lower().replace(' ', '-')}.pdf")


def _paper(trade: Trade, document_type: DocumentType) -> Paper:
    order = trade.order
    seller, buyer = trade.stage.content_of(trade.supplier), trade.stage.content_of(trade.buyer)
    rows = [(row.line, row.quantity) for row in trade.shipment_row().lines.select_related("line")]
    titles = {
        DocumentType.BILL_OF_LADING: "Bill of lading",
        DocumentType.AIR_WAYBILL: "Air waybill",
        DocumentType.PACKING_LIST: "Packing list",
        DocumentType.COMMERCIAL_INVOICE: "Commercial invoice",
        DocumentType.CERTIFICATE_OF_ORIGIN: "Certificate of origin",
        DocumentType.PHYTOSANITARY: "Phytosanitary certificate",
        DocumentType.INSPECTION: "Inspection certificate",
        DocumentType.WEIGHT_CERTIFICATE: "Weight certificate",
    }
    body = _BODIES.get(document_type, _certificate_rows)(order, rows)
    return Paper(
        title=titles[document_type],
        issuer=_issuer(trade, document_type, seller),
        number=f"{document_type.value[:2].upper()}-{order.number[-9:]}",
        at=trade.stage.at,
        facts={**_parties(seller, buyer), **_carriage(trade, order)},
        head=body[0],
        rows=body[1],
        remark=_REMARKS.get(document_type, ""),
    )


_Rows = list[tuple[OrderLine, Decimal]]
_Body = tuple[list[str], list[list[str]]]


def _packing_rows(_order: Order, rows: _Rows) -> _Body:
    body = [[line.full_title, _amount(line, quantity), line.hs_code, line.origin] for line, quantity in rows]
    return ["Goods", "Quantity", "HS code", "Origin"], body


def _invoice_rows(order: Order, rows: _Rows) -> _Body:
    body = [
        [
            line.full_title,
            _amount(line, quantity),
            f"{line.unit_price.normalize():f}",
            format_money(Money.round_half_up(quantity * line.unit_price, order.currency)),
        ]
        for line, quantity in rows
    ]
    if order.freight_minor:
        body.append(["Freight", "", "", format_money(Money(order.freight_minor, order.currency))])
    return ["Goods", "Quantity", f"Unit price {order.currency}", "Amount"], body


def _certificate_rows(_order: Order, rows: _Rows) -> _Body:
    return ["Goods", "Quantity"], [[line.full_title, _amount(line, quantity)] for line, quantity in rows]


_BODIES = {DocumentType.PACKING_LIST: _packing_rows, DocumentType.COMMERCIAL_INVOICE: _invoice_rows}
_REMARKS = {
    DocumentType.BILL_OF_LADING: "Shipped on board in apparent good order and condition. Freight as arranged.",
    DocumentType.AIR_WAYBILL: "Received for carriage in apparent good order. Perishable goods: keep cool.",
    DocumentType.CERTIFICATE_OF_ORIGIN: "The undersigned certifies that the goods described above were produced in the country named.",
    DocumentType.PHYTOSANITARY: "The plants or plant products described above have been inspected and are considered free from quarantine pests.",
    DocumentType.INSPECTION: "Sampled at loading and found to agree with the contract's specification.",
}


def _issuer(trade: Trade, document_type: DocumentType, seller: CompanyContent) -> str:
    if document_type in {DocumentType.BILL_OF_LADING, DocumentType.AIR_WAYBILL}:
        return trade.shipment_row().carrier
    if document_type in {DocumentType.PACKING_LIST, DocumentType.COMMERCIAL_INVOICE}:
        return seller.trade_name
    office = {
        DocumentType.CERTIFICATE_OF_ORIGIN: "Chamber of Commerce",
        DocumentType.PHYTOSANITARY: "Plant Protection Service",
    }
    return f"{office.get(document_type, 'Independent Inspection')} of {country_name(seller.country)}"


def _parties(seller: CompanyContent, buyer: CompanyContent) -> dict[str, str]:
    return {
        "Shipper": f"{seller.trade_name}, {country_name(seller.country)}",
        "Consignee": f"{buyer.trade_name}, {country_name(buyer.country)}",
    }


def _carriage(trade: Trade, order: Order) -> dict[str, str]:
    shipment = trade.shipment_row()
    arrives = shipment.promised_arrival_on or trade.stage.at.date() + timedelta(days=order.transit_days)
    return {
        "Order": order.number,
        "Terms": f"{order.incoterms_rule} {order.named_place} (Incoterms 2020)",
        "Carrier": shipment.carrier,
        "Container or waybill": shipment.tracking_number or "-",
        "Expected arrival": f"{arrives:%d %B %Y}",
    }


def _amount(line: OrderLine, quantity: Decimal) -> str:
    return f"{format_number(quantity)} {unit_symbol(line.unit_code, quantity)}"
