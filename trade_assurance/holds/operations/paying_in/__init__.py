"""The buyer's money comes in, or does not."""
