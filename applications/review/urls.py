"""Addresses of review: the reviewer's pages and the desk."""

from django.urls import path

from applications.review import desk, views

app_name = "review"
urlpatterns = [
    path("", views.own, name="own"),
    path("profile/", views.profile, name="profile"),
    path("desk/", desk.listing, name="desk"),
    path("desk/close/", desk.close_all, name="close_all"),
    path("desk/<uuid:key>/", desk.case, name="case"),
    path("desk/<uuid:key>/assign/", desk.assign, name="assign"),
    path("desk/<uuid:key>/adjust/", desk.adjust, name="adjust"),
    path("desk/<uuid:key>/close/", desk.close, name="close"),
    path("desk/<uuid:key>/reopen/", desk.reopen, name="reopen"),
    path("desk/sheets/<uuid:key>/<slug:name>/", desk.sheet_act, name="sheet_act"),
    path("<uuid:key>/", views.sheet, name="sheet"),
    path("<uuid:key>/declare/", views.declare, name="declare"),
    path("<uuid:key>/files/<uuid:file>/", views.download, name="download"),
    path("<uuid:key>/check/", views.read_back, name="read_back"),
    path("<uuid:key>/hand-in/", views.hand_in, name="hand_in"),
]
