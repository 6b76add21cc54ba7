"""What can be refused about people, companies and verification."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Conflict, NotAllowed, Rejected


class TaxIdNotValid(Rejected):
    code = "tax_id_not_valid"
    message = _(
        "This is not a valid tax id of %(country)s: %(problem)s Leave the field empty if you have none."
    )


class CountryUnknown(Rejected):
    code = "country_unknown"
    message = _("Choose a country from the list.")


class WebsiteNotValid(Rejected):
    code = "website_not_valid"
    message = _("Enter a web address that begins with https:// or http://.")


class PhoneNotValid(Rejected):
    code = "phone_not_valid"
    message = _("Enter the telephone number with its country code, for example +49 30 901820.")


class FoundedYearNotPossible(Rejected):
    code = "founded_year_not_possible"
    message = _("Enter a year from 1000 to %(this_year)s.")


class SellsOrBuysMissing(Rejected):
    code = "sells_or_buys_missing"
    message = _("Say whether the company sells, buys, or both.")


class FactTooLong(Rejected):
    code = "fact_too_long"
    message = _("Enter at most %(limit)s characters.")


class LegalNameMissing(Rejected):
    code = "legal_name_missing"
    message = _("Enter the legal name as it is registered.")


class AddressIncomplete(Rejected):
    code = "address_incomplete"
    message = _("Enter street, city and country before you ask for verification.")


class EmailNotValid(Rejected):
    code = "email_not_valid"
    message = _("Enter an e-mail address like name@company.com.")


class EmailTaken(Rejected):
    code = "email_taken"
    message = _("This address already has an account.")


class TimeZoneUnknown(Rejected):
    code = "time_zone_unknown"
    message = _("Choose a time zone from the list.")


class LanguageUnknown(Rejected):
    code = "language_unknown"
    message = _("Choose a language from the list.")


class DeskUnknown(Rejected):
    code = "desk_unknown"
    message = _("There is no desk “%(desk)s”.")


class RoleUnknown(Rejected):
    code = "role_unknown"
    message = _("Choose a role from the list.")


class AlreadyMember(Conflict):
    code = "already_member"
    message = _("%(person)s already belongs to this company.")


class TooManyInvitations(Rejected):
    code = "too_many_invitations"
    message = _(
        "There are already %(limit)s open invitations. Withdraw some first, or wait until they run out."
    )


class InvitationForSomebodyElse(NotAllowed):
    code = "invitation_for_somebody_else"
    message = _(
        "This invitation was sent to another e-mail address. Sign in with that address, "
        "or ask for an invitation to the one you use."
    )


class InvitationOver(Conflict):
    code = "invitation_over"
    message = _("This invitation was already used, was withdrawn, or has run out. Ask for a new one.")


class LastOwner(Conflict):
    code = "last_owner"
    message = _("A company needs an owner. Make somebody else an owner first.")


class NothingToChange(Conflict):
    code = "nothing_to_change"
    message = _("Nothing would change.")


class CompanyBeingChecked(Conflict):
    code = "company_being_checked"
    message = _(
        "The verification officer is looking at these facts now. "
        "Legal name, country, address and tax id can be changed after the decision."
    )


class DocumentsMissing(Rejected):
    code = "documents_missing"
    message = _("Add at least one document, for example the extract from the company register.")


class TooManyDocuments(Rejected):
    code = "too_many_documents"
    message = _("Send at most %(limit)s documents.")


class VerificationNotPossible(Conflict):
    code = "verification_not_possible"
    message = _("The verification is “%(state)s”: there is nothing to send now.")


class CaseAlreadyDecided(Conflict):
    code = "case_already_decided"
    message = _("Another officer has already decided this case.")


class OwnCompany(NotAllowed):
    code = "own_company"
    message = _("You belong to this company, so another officer has to decide.")


class ReasonMissing(Rejected):
    code = "verification_reason_missing"
    message = _("Say why: the company will read it and mend it.")


class SecondFactorMissing(NotAllowed):
    code = "second_factor_missing"
    message = _("Staff need a second factor: set up an authenticator app or a passkey first.")
