"""People, the companies they act for, their roles, and the verification of companies."""
