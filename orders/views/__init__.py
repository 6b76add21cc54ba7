"""Pages of orders: parse, call one operation or query, answer. The order's own page belongs to the money's app."""
