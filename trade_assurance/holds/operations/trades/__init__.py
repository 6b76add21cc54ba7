"""A trade's money from the contract to its last release or refund."""
