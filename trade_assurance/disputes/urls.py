"""Routes of the dashboard, of claims and cases, and of the dispute officers' desk."""

from __future__ import annotations

from django.urls import path

from trade_assurance.disputes import views

urlpatterns = [
    path("home/", views.dashboard, name="dashboard"),
    path("orders/<str:ref>/claim/", views.dispute_open, name="dispute_open"),
    path("disputes/<str:ref>/", views.dispute, name="dispute"),
    path("disputes/<str:ref>/acceptance/", views.dispute_accept, name="dispute_accept"),
    path("disputes/<str:ref>/withdrawal/", views.dispute_withdraw, name="dispute_withdraw"),
    path("disputes/<str:ref>/offers/", views.offer_make, name="offer_make"),
    path("disputes/<str:ref>/offers/<int:version>/acceptance/", views.offer_accept, name="offer_accept"),
    path("disputes/<str:ref>/offers/<int:version>/refusal/", views.offer_decline, name="offer_decline"),
    path("disputes/<str:ref>/offers/<int:version>/withdrawal/", views.offer_withdraw, name="offer_withdraw"),
    path("disputes/<str:ref>/range/", views.range_seal, name="range_seal"),
    path("disputes/<str:ref>/range/withdrawal/", views.range_withdraw, name="range_withdraw"),
    path("disputes/<str:ref>/goods/sending/", views.promise_send, name="promise_send"),
    path("disputes/<str:ref>/goods/arrival/", views.promise_confirm, name="promise_confirm"),
    path("disputes/<str:ref>/goods/objection/", views.promise_contest, name="promise_contest"),
    path("disputes/<str:ref>/messages/", views.dispute_message, name="dispute_message"),
    path("disputes/<str:ref>/evidence/", views.dispute_evidence, name="dispute_evidence"),
    path("disputes/<str:ref>/evidence/<str:file_ref>/view/", views.evidence_file, name="evidence_file"),
    path(
        "disputes/<str:ref>/evidence/<str:file_ref>/<slug:size>.webp",
        views.evidence_picture,
        name="evidence_picture",
    ),
    path("disputes/<str:ref>/inspections/", views.inspections, name="inspections"),
    path("disputes/<str:ref>/inspections/new/", views.inspection_propose, name="inspection_propose"),
    path(
        "disputes/<str:ref>/inspections/<str:inspection_ref>/agreement/",
        views.inspection_agree,
        name="inspection_agree",
    ),
    path(
        "disputes/<str:ref>/inspections/<str:inspection_ref>/refusal/",
        views.inspection_decline,
        name="inspection_decline",
    ),
    path(
        "disputes/<str:ref>/inspections/<str:inspection_ref>/withdrawal/",
        views.inspection_withdraw,
        name="inspection_withdraw",
    ),
    path(
        "disputes/<str:ref>/inspections/<str:inspection_ref>/report/",
        views.inspection_report,
        name="inspection_report",
    ),
    path("disputes/<str:ref>/evidence/rest/", views.dispute_rest, name="dispute_rest"),
    path("disputes/<str:ref>/escalation/", views.dispute_escalate, name="dispute_escalate"),
    path("disputes/<str:ref>/decision/acceptance/", views.dispute_waive, name="dispute_waive"),
    path("figures/disputes/", views.dispute_figures, name="dispute_figures"),
    path("standing/", views.strikes, name="strikes"),
    path("standing/<str:ref>/appeal/", views.strike_appeal, name="strike_appeal"),
    path("desk/strikes/", views.desk_strikes, name="desk_strikes"),
    path("desk/strikes/<str:ref>/answer/", views.strike_answer, name="strike_answer"),
    path("disputes/<str:ref>/appeal/", views.dispute_appeal, name="dispute_appeal"),
    path("disputes/<str:ref>/appeal/withdrawal/", views.appeal_withdraw, name="appeal_withdraw"),
    path("desk/disputes/", views.desk_disputes, name="desk_disputes"),
    path("desk/disputes/<str:ref>/", views.desk_dispute, name="desk_dispute"),
    path("desk/disputes/<str:ref>/assignment/", views.case_take, name="case_take"),
    path("desk/disputes/<str:ref>/colleague/", views.case_assign, name="case_assign"),
    path("desk/disputes/<str:ref>/handback/", views.case_hand_back, name="case_hand_back"),
    path("desk/disputes/<str:ref>/pause/", views.case_pause, name="case_pause"),
    path("desk/disputes/<str:ref>/pause/end/", views.case_resume, name="case_resume"),
    path("desk/disputes/<str:ref>/messages/", views.case_message, name="case_message"),
    path("desk/disputes/<str:ref>/decision/", views.case_decide, name="case_decide"),
    path("desk/disputes/<str:ref>/decision/approval/", views.decision_approve, name="decision_approve"),
    path("desk/disputes/<str:ref>/decision/refusal/", views.decision_reject, name="decision_reject"),
]
