"""Pure rules of a case, by subject: claims, offers, clocks, splits. No database, no clock, no settings."""
