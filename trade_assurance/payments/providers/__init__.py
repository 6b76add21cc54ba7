"""The rails: what a provider must be able to do (`base`), and each one that can."""
