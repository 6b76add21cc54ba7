"""What a supplier is owed and how it reaches their bank."""
