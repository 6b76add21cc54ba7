"""Writes what makes a listing trustworthy: decisions, flags, appeals, rules about goods, certificates, reviews."""
