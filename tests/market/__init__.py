"""A market of random people, clocks, faults and crashes; after every step each order's money adds up."""
