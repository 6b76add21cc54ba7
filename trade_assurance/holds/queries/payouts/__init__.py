"""Reads of what suppliers are owed and were paid."""
