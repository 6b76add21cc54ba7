"""What can go wrong with certificates."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Conflict, NotFound, Rejected


class CertificateNotFound(NotFound):
    """No such certificate, or another company's."""

    code = "certificate_not_found"
    message = _("There is no such certificate here.")


class CertificateWithdrawn(Conflict):
    """What was taken back cannot be changed."""

    code = "certificate_withdrawn"
    message = _("This certificate was withdrawn. State it anew if it holds after all.")


class CertificateCoversAll(Conflict):
    """It belongs to every listing, so to none in particular."""

    code = "certificate_covers_all"
    message = _("This certificate belongs to all of your products; choose products in the certificate first.")


class CertificateHasNoScan(Conflict):
    """Nothing to have seen."""

    code = "certificate_has_no_scan"
    message = _("There is no scan to check this certificate by.")


class TooManyCertificates(Rejected):
    """The company states enough."""

    code = "too_many_certificates"
    message = _("You state %(limit)s certificates already. Withdraw those that are over.")
