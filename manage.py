#!/usr/bin/env python
"""Django's command line for Portolan. Owns nothing but the choice of settings.

Commands run without the time limits that pages have: see `marketplace.settings.database`.
"""

import os
import sys


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.local")
    os.environ.setdefault("PORTOLAN_STATEMENT_LIMITS", "off")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
