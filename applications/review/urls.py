"""Addresses of review: the reviewer's pages and the desk."""

from django.urls import path

from applications.review import desk, planner, pool, views

app_name = "review"
urlpatterns = [
    path("", views.own, name="own"),
    path("profile/", pool.profile, name="profile"),
    path("profile/affiliations/", pool.affiliation, name="affiliation"),
    path("profile/affiliations/<uuid:key>/remove/", pool.remove_affiliation, name="remove_affiliation"),
    path("desk/", desk.listing, name="desk"),
    path("desk/counts/", desk.counts, name="desk_counts"),
    path("desk/close/", desk.close_all, name="close_all"),
    path("desk/<uuid:key>/", desk.case, name="case"),
    path("desk/<uuid:key>/assign/", desk.assign, name="assign"),
    path("desk/<uuid:key>/challenge/", pool.challenge, name="challenge"),
    path("desk/<uuid:key>/waive/<uuid:reviewer>/", pool.waive, name="waive"),
    path("desk/calls/<uuid:key>/plans/", planner.plans, name="plans"),
    path("desk/plans/<uuid:key>/", planner.plan, name="plan"),
    path("desk/plans/<uuid:key>/use/", planner.use, name="use_plan"),
    path("desk/reviewers/<uuid:key>/", pool.reviewer, name="reviewer"),
    path("desk/reviewers/<uuid:key>/sanction/", pool.sanction, name="sanction"),
    path("desk/sanctions/<uuid:key>/lift/", pool.lift, name="lift"),
    path("desk/<uuid:key>/adjust/<int:place>/", desk.adjust, name="adjust"),
    path("desk/<uuid:key>/close/", desk.close, name="close"),
    path("desk/<uuid:key>/reopen/", desk.reopen, name="reopen"),
    path("desk/sheets/<uuid:key>/<slug:name>/", desk.sheet_act, name="sheet_act"),
    path("<uuid:key>/", views.sheet, name="sheet"),
    path("<uuid:key>/declare/", views.declare, name="declare"),
    path("<uuid:key>/files/<uuid:file>/", views.download, name="download"),
    path("<uuid:key>/check/", views.read_back, name="read_back"),
    path("<uuid:key>/hand-in/", views.hand_in, name="hand_in"),
]
