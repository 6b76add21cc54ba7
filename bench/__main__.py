"""`make bench`: runs every bench/bench_*.py, or those named, and prints their figures."""

import importlib
import pkgutil
import sys
import time

import bench


def main(names: list[str]) -> int:
    """Run the measurements; each module's `measure()` yields lines of its report."""
    found = [
        module.name for module in pkgutil.iter_modules(bench.__path__) if module.name.startswith("bench_")
    ]
    chosen = [name for name in found if not names or name.removeprefix("bench_") in names]
    if not chosen:
        print(f"No measurement of that name; there are: {', '.join(found) or 'none'}", file=sys.stderr)
        return 2
    for name in chosen:
        module = importlib.import_module(f"bench.{name}")
        started = time.monotonic()
        print(f"== {name.removeprefix('bench_')}: {(module.__doc__ or '').splitlines()[0]}")
        for line in module.measure():
            print(f"   {line}", flush=True)
        print(f"   ({time.monotonic() - started:.1f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
