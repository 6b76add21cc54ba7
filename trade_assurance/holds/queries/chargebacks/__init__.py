"""Reads of chargebacks and of what is sent against them."""
