"""What stands around a search: suggestions, what was searched and kept, why an offer is first, what machines read."""
