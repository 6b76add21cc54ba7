"""Measurements of the real thing: `make bench`. Every module brings `NAME` and `measure() -> Iterator[str]`."""
