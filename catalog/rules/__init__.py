"""What the catalogue reckons and judges: pure functions, frozen dataclasses in and out. No database, clock or settings."""
