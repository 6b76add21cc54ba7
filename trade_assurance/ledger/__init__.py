"""The double-entry books. Has never heard of an order: owners and subjects are opaque text."""
