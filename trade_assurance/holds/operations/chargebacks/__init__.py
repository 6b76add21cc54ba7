"""A payer's bank takes money back: from the first word to who bears it."""
