"""Reads of comparisons with rails and bank, and of their differences."""
