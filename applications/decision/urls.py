"""Addresses of decisions."""

from django.urls import path

from applications.decision import appeal_desk, committee_desk, contest, views

app_name = "decision"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("calls/<uuid:key>/", views.ranking, name="ranking"),
    path("calls/<uuid:key>/propose/", views.propose, name="propose"),
    path("lists/<uuid:key>/", views.proposal, name="proposal"),
    path("lists/<uuid:key>/approve/", views.approve, name="approve"),
    path("lists/<uuid:key>/send-back/", views.send_back, name="send_back"),
    path("lists/<uuid:key>/publish/", views.publish, name="publish"),
    path("calls/<uuid:key>/further/", views.go_on, name="go_on"),
    path("calls/<uuid:key>/committee/", committee_desk.convene, name="convene"),
    path("committee/<uuid:key>/", committee_desk.meeting, name="deliberation"),
    path("committee/<uuid:key>/edit/", committee_desk.edit, name="edit_meeting"),
    path("committee/<uuid:key>/attendance/", committee_desk.attend, name="attendance"),
    path("committee/<uuid:key>/decide/", committee_desk.resolve, name="resolve"),
    path("committee/<uuid:key>/take-back/<int:place>/", committee_desk.take_back, name="take_back"),
    path("committee/<uuid:key>/close/", committee_desk.close, name="close_meeting"),
    path("committee/<uuid:key>/call-off/", committee_desk.call_off, name="call_off"),
    path("committee/<uuid:key>/pdf/", committee_desk.minutes_pdf, name="minutes"),
    path("opinions/<uuid:key>/", appeal_desk.opinion, name="opinion"),
    path("results/<uuid:key>/", contest.result, name="result"),
    path("results/<uuid:key>/pdf/", contest.result_pdf, name="result_pdf"),
    path("results/<uuid:key>/give-up/", contest.give_up, name="give_up"),
    path("results/<uuid:key>/appeal/", contest.begin, name="begin_appeal"),
    path("appeals/", appeal_desk.listing, name="appeals"),
    path("appeals/counts/", appeal_desk.counts, name="appeals_counts"),
    path("appeals/<uuid:key>/", contest.appeal, name="appeal"),
    path("appeals/<uuid:key>/write/", contest.write, name="write_appeal"),
    path("appeals/<uuid:key>/evidence/", contest.evidence, name="add_evidence"),
    path("appeals/<uuid:key>/evidence/<uuid:file>/", contest.evidence_file, name="evidence"),
    path("appeals/<uuid:key>/evidence/<uuid:file>/remove/", contest.drop_evidence, name="drop_evidence"),
    path("appeals/<uuid:key>/hand-in/", contest.hand_in, name="hand_in_appeal"),
    path("appeals/<uuid:key>/receipt/", contest.receipt_pdf, name="appeal_receipt"),
    path("appeals/<uuid:key>/withdraw/", contest.withdraw, name="withdraw_appeal"),
    path("appeals/<uuid:key>/decide/", appeal_desk.decide, name="decide_appeal"),
    path("appeals/<uuid:key>/confirm/", appeal_desk.confirm, name="confirm_appeal"),
    path("appeals/<uuid:key>/turn-down/", appeal_desk.turn_down, name="turn_down_appeal"),
]
