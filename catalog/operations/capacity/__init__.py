"""Writes stock and capacity: what is stated, what orders take, the book of it."""
