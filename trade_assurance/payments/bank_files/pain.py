"""Writes a batch as ISO 20022 pain.001.001.09 and as CSV. Pure: the same batch gives the same bytes.

Elements stand in the schema's order; texts are in the characters that banks take; sums are counted here,
never copied. Rules are those of the message definition report CustomerCreditTransferInitiationV09.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from html import escape
from typing import Any, Final

from marketplace.core.money import Money, sum_money
from trade_assurance.payments.bank_files.accounts import BankParty
from trade_assurance.payments.bank_files.latin import latin, reference

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
NAME_LENGTH: Final = 70  # the schema allows 140, SEPA and many banks 70
TEXT_LENGTH: Final = 140
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_CSV_HEAD: Final = (
    "batch", "execute_on", "type", "reference", "amount", "currency", "holder", "account", "bank_code",
    "bank", "country", "text",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment of a file. `reference` is ours and comes back as end-to-end id; `text` is for its receiver."""

    reference: str
    money: Money
    to: BankParty
    text: str


@dataclass(frozen=True, slots=True)
class TransferGroup:
    """Payments of one type: `letter` tells the groups of a file apart, `purpose` is ISO's code or empty."""

    letter: str
    name: str
    category: str
    purpose: str
    transfers: tuple[Transfer, ...]


@dataclass(frozen=True, slots=True)
class TransferFile:
    """Everything one file says: one debtor account, one currency, one day."""

    reference: str
    created_at: datetime
    execute_on: date
    currency: str
    debtor: BankParty
    groups: tuple[TransferGroup, ...]

    @property
    def transfers(self) -> tuple[Transfer, ...]:
        """All payments, group by group."""
        return tuple(transfer for group in self.groups for transfer in group.transfers)


@dataclass(frozen=True, slots=True)
class _Node:
    tag: str
    content: str | tuple[_Node, ...]
    attributes: str = ""


def as_pain001(file: TransferFile) -> bytes:
    """The file as pain.001.001.09 in UTF-8."""
    group_header = _node(
        "GrpHdr",
        _node("MsgId", reference(file.reference)),
        _node("CreDtTm", f"{file.created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"),
        _node("NbOfTxs", str(len(file.transfers))),
        _node("CtrlSum", _sum(file.transfers, file.currency)),
        _node("InitgPty", _node("Nm", _name(file.debtor))),
    )
    informations = [_information(file, group) for group in file.groups if group.transfers]
    document = _node("Document", _node("CstmrCdtTrfInitn", group_header, *informations))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    _write(_Node("Document", document.content, f' xmlns="{NAMESPACE}"'), 0, lines)
    return ("\n".join(lines) + "\n").encode()


def as_csv(file: TransferFile) -> bytes:
    """The same payments as CSV in UTF-8; cells that a spreadsheet would run begin with an apostrophe."""
    out = io.StringIO(newline="")
    writer: Any = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_CSV_HEAD)
    for group in file.groups:
        for transfer in group.transfers:
            to = transfer.to
            cells = (
                reference(file.reference), file.execute_on.isoformat(), group.name,
                reference(transfer.reference), transfer.money.as_decimal(), file.currency, to.name,
                to.iban or to.other, to.bic or to.member, to.bank_name, to.country, transfer.text,
            )  # fmt: skip
            writer.writerow([defused(cell) for cell in cells])
    return ("\ufeff" + out.getvalue()).encode()


def defused(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = str(cell)
    return f"'{text}" if text.lstrip(" \ufeff").startswith(_FORMULA) else text


def _information(file: TransferFile, group: TransferGroup) -> _Node:
    parts = [
        _node("PmtInfId", f"{reference(file.reference)}-{group.letter}"),
        _node("PmtMtd", "TRF"),
        _node("BtchBookg", "false"),
        _node("NbOfTxs", str(len(group.transfers))),
        _node("CtrlSum", _sum(group.transfers, file.currency)),
    ]
    if group.category:
        parts.append(_node("PmtTpInf", _node("CtgyPurp", _node("Cd", group.category))))
    parts += [
        _node("ReqdExctnDt", _node("Dt", file.execute_on.isoformat())),
        _node("Dbtr", _node("Nm", _name(file.debtor)), *_address(file.debtor)),
        _node("DbtrAcct", _account(file.debtor), _node("Ccy", file.currency)),
        _node("DbtrAgt", _agent(file.debtor) or _node("FinInstnId", _other("NOTPROVIDED"))),
        _node("ChrgBr", "SLEV" if _is_sepa(file) else "SHAR"),
        *(_transfer(transfer, group.purpose) for transfer in group.transfers),
    ]
    return _Node("PmtInf", tuple(parts))


def _transfer(transfer: Transfer, purpose: str) -> _Node:
    ours = reference(transfer.reference)
    agent = _agent(transfer.to)
    parts = [
        _node("PmtId", _node("InstrId", ours), _node("EndToEndId", ours)),
        _node(
            "Amt",
            _Node(
                "InstdAmt",
                format(transfer.money.as_decimal(), "f"),
                f' Ccy="{transfer.money.currency}"',
            ),
        ),
        *([_node("CdtrAgt", agent)] if agent else []),
        _node("Cdtr", _node("Nm", _name(transfer.to)), *_address(transfer.to)),
        _node("CdtrAcct", _account(transfer.to)),
        *([_node("Purp", _node("Cd", purpose))] if purpose else []),
        _node("RmtInf", _node("Ustrd", latin(transfer.text, TEXT_LENGTH) or ours)),
    ]
    return _Node("CdtTrfTxInf", tuple(parts))


def _account(party: BankParty) -> _Node:
    return _node("Id", _node("IBAN", party.iban) if party.iban else _other(party.other))


def _other(number: str) -> _Node:
    return _node("Othr", _node("Id", number))


def _agent(party: BankParty) -> _Node | None:
    if party.bic:
        return _node("FinInstnId", _node("BICFI", party.bic))
    bank = latin(party.bank_name, NAME_LENGTH)
    named = [_node("Nm", bank)] if bank else []
    if party.member:
        system = [_node("ClrSysId", _node("Cd", party.clearing_system))] if party.clearing_system else []
        return _node("FinInstnId", _node("ClrSysMmbId", *system, _node("MmbId", party.member)), *named)
    return _node("FinInstnId", *named) if named and not party.iban else None


def _address(party: BankParty) -> tuple[_Node, ...]:
    return (_node("PstlAdr", _node("Ctry", party.country)),) if party.country else ()


def _name(party: BankParty) -> str:
    name = latin(party.name, NAME_LENGTH)
    if not name:
        msg = f"no bank can write the name {party.name!r}"
        raise ValueError(msg)
    return name


def _is_sepa(file: TransferFile) -> bool:
    return file.currency == "EUR" and all(transfer.to.iban for transfer in file.transfers)


def _sum(transfers: Sequence[Transfer], currency: str) -> str:
    total: Decimal = sum_money([transfer.money for transfer in transfers], currency).as_decimal()
    return format(total, "f")


def _node(tag: str, *content: str | _Node) -> _Node:
    if len(content) == 1 and isinstance(content[0], str):
        return _Node(tag, content[0])
    return _Node(tag, tuple(node for node in content if isinstance(node, _Node)))


def _write(node: _Node, depth: int, lines: list[str]) -> None:
    indent = "  " * depth
    if isinstance(node.content, str):
        lines.append(f"{indent}<{node.tag}{node.attributes}>{escape(node.content, quote=False)}</{node.tag}>")
        return
    lines.append(f"{indent}<{node.tag}{node.attributes}>")
    for child in node.content:
        _write(child, depth + 1, lines)
    lines.append(f"{indent}</{node.tag}>")
