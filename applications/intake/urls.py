"""Addresses of intake: the firm's pages and the screening desk."""

from django.urls import path

from applications.intake import desk, views

app_name = "intake"
urlpatterns = [
    path("", views.own, name="own"),
    path("begin/<uuid:call>/", views.begin, name="begin"),
    path("desk/", desk.listing, name="desk"),
    path("receipts/<uuid:key>/", views.receipt, name="receipt"),
    path("<uuid:key>/", views.detail, name="detail"),
    path("<uuid:key>/sections/<slug:name>/", views.section, name="section"),
    path("<uuid:key>/papers/<slug:code>/", views.paper, name="paper"),
    path("<uuid:key>/files/<uuid:file>/", views.download, name="download"),
    path("<uuid:key>/check/", views.check, name="check"),
    path("<uuid:key>/submit/", views.submit, name="submit"),
    path("<uuid:key>/supplement/", views.hand_in_supplement, name="hand_in_supplement"),
    path("<uuid:key>/withdraw/", views.withdraw, name="withdraw"),
    path("<uuid:key>/desk/eligible/", desk.eligible, name="eligible"),
    path("<uuid:key>/desk/as-is/", desk.take_as_is, name="take_as_is"),
    path("<uuid:key>/desk/supplement/", desk.supplement, name="supplement"),
    path("<uuid:key>/desk/exclusion/", desk.exclusion, name="exclusion"),
    path("<uuid:key>/desk/answer/", desk.answer, name="answer"),
    path("<uuid:key>/desk/readmit/", desk.readmit, name="readmit"),
]
