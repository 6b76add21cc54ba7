"""Whole trades in a real browser: several people, each in a context of their own, by what they can see."""
