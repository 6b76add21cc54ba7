"""Routes of accounts, with who may open them.

Everybody: set_language, invitation (accepting: signed in, with the address it was sent to).
Signed in: profile, second_factor, company_choose, company_new.
Acting for a company: company, team, verification (GET); leaving it (member_remove of oneself).
Owners: company_edit, inviting (POST team), invitation_withdraw, member_role, member_remove, sending
documents (POST verification).
Verification officers with a second factor: desk_verification and what is below it.
"""

from __future__ import annotations

from django.urls import path

from marketplace.accounts.views import company, desk, people

urlpatterns = [
    path("language/", people.set_language, name="set_language"),
    path("profile/", people.profile, name="profile"),
    path("profile/second-factor/", people.second_factor, name="second_factor"),
    path("company/", company.company, name="company"),
    path("company/new/", company.company_new, name="company_new"),
    path("company/choose/", people.company_choose, name="company_choose"),
    path("company/edit/", company.company_edit, name="company_edit"),
    path("company/team/", company.team, name="team"),
    path("company/team/<int:member_id>/role/", company.member_role, name="member_role"),
    path("company/team/<int:member_id>/remove/", company.member_remove, name="member_remove"),
    path(
        "company/team/invitations/<str:ref>/withdraw/",
        company.invitation_withdraw,
        name="invitation_withdraw",
    ),
    path("company/verification/", company.verification, name="verification"),
    path("invitations/<str:ref>/", company.invitation, name="invitation"),
    path("desk/verification/", desk.desk_verification, name="desk_verification"),
    path("desk/verification/<str:ref>/", desk.desk_verification_case, name="desk_verification_case"),
    path("desk/verification/<str:ref>/approve/", desk.verification_approve, name="verification_approve"),
    path("desk/verification/<str:ref>/reject/", desk.verification_reject, name="verification_reject"),
]
