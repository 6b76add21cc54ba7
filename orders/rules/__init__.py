"""Pure calculations of a trade: amounts, contract terms, progress, clean input. No database, no clock."""
