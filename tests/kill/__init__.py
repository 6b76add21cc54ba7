"""Processes killed in the middle of their work, and what is there afterwards: everything once, or nothing yet."""
