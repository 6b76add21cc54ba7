"""Stock, capacity and lead times, as stored and as people read them."""
