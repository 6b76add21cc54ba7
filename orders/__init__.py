"""Orders: cart, contract, amendments and shipments of one trade. Knows nothing of payments."""
