"""What a browser is allowed to do with our pages. Owns the two policies; strict by default."""

from typing import Any, Final
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

STRIPE_CHECKOUT: Final = "https://checkout.stripe.com"
STRIPE_CONNECT: Final = "https://connect.stripe.com"
FORBIDDEN_FEATURES: Final = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation",
    "gyroscope", "magnetometer", "microphone", "midi", "payment", "screen-wake-lock", "usb", "xr-spatial-tracking",
)  # fmt: skip


def content_security_policy(*, stripe: bool, stripe_base: str = "") -> dict[str, Any]:
    """Everything from ourselves, nothing inline, no `data:`; framed by nobody.

    A form that answers with a redirect counts as going there: with Stripe configured, its hosted checkout
    and its pages for suppliers are the foreign targets, and whoever answers in Stripe's place (`stripe_base`).
    """
    foreign = [STRIPE_CHECKOUT, STRIPE_CONNECT, *_origin(stripe_base)] if stripe else []
    return {
        "DIRECTIVES": {
            "default-src": [SELF],
            "script-src": [SELF],
            "style-src": [SELF],
            "img-src": [SELF],
            "font-src": [SELF],
            "connect-src": [SELF],
            "object-src": [NONE],
            "base-uri": [NONE],
            "frame-ancestors": [NONE],
            "form-action": [SELF, *foreign],
        },
    }


def _origin(address: str) -> list[str]:
    parts = urlsplit(address)
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []


def permissions_policy() -> dict[str, list[str]]:
    """No feature of the device is used, but passkeys."""
    policy: dict[str, list[str]] = {name: [] for name in FORBIDDEN_FEATURES}
    policy["publickey-credentials-get"] = ["self"]
    policy["publickey-credentials-create"] = ["self"]
    return policy
