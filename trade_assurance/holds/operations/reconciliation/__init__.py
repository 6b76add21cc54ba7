"""The rails' and the bank's account of our money compared with our books."""
