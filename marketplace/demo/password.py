"""The password that all people of the demo story share. Data only; nothing of Django."""

from typing import Final

# Long, easy to type and to remember. Worth nothing: these people exist on a development machine only.
PASSWORD: Final = "150-tonnes-of-cherries"  # noqa: S105 -- printed on purpose
