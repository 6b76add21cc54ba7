"""Carriers that could never report are found before they try."""

from __future__ import annotations

from django.test import override_settings

from orders.checks import carriers_are_usable


def test_usable_carriers_give_no_message() -> None:
    with override_settings(CARRIER_SECRETS={"dhl": "whsec_QUJD", "hapag-lloyd": "QUJD"}):
        assert carriers_are_usable() == []


def test_a_name_that_is_no_code_and_a_secret_that_is_not_base64_are_errors() -> None:
    with override_settings(CARRIER_SECRETS={"DHL Express": "whsec_QUJD", "ups": "whsec_%%%"}):
        assert [message.id for message in carriers_are_usable()] == ["orders.E001", "orders.E002"]
