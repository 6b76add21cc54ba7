"""What a browser is allowed to do with our pages. Owns the two policies; strict by default."""

from typing import Any, Final

from csp.constants import NONE, SELF

STRIPE_CHECKOUT: Final = "https://checkout.stripe.com"
FORBIDDEN_FEATURES: Final = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation",
    "gyroscope", "magnetometer", "microphone", "midi", "payment", "screen-wake-lock", "usb", "xr-spatial-tracking",
)  # fmt: skip


def content_security_policy(*, stripe: bool) -> dict[str, Any]:
    """Everything from ourselves, nothing inline, no `data:`; framed by nobody.

    A form that answers with a redirect counts as going there: with Stripe configured, its hosted
    checkout is the one foreign target.
    """
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
            "form-action": [SELF, *([STRIPE_CHECKOUT] if stripe else [])],
        },
    }


def permissions_policy() -> dict[str, list[str]]:
    """No feature of the device is used, but passkeys."""
    policy: dict[str, list[str]] = {name: [] for name in FORBIDDEN_FEATURES}
    policy["publickey-credentials-get"] = ["self"]
    policy["publickey-credentials-create"] = ["self"]
    return policy
