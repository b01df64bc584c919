"""Addresses of firms."""

from django.urls import path

from applications.firms import joining, owners, profile, vault, views

app_name = "firms"
urlpatterns = [
    path("", views.listing, name="list"),
    path("export/", views.export, name="list_export"),
    path("register/", views.register, name="register"),
    path("join/", joining.ask, name="ask"),
    path("owners/", owners.appoint_owner, name="appoint"),
    path("invitations/<uuid:key>/", views.invitation, name="invitation"),
    path("<uuid:key>/", views.detail, name="detail"),
    path("<uuid:key>/edit/", views.edit, name="edit"),
    path("<uuid:key>/history/", profile.history, name="history"),
    path("<uuid:key>/figures/", profile.figures, name="figures"),
    path("<uuid:key>/figures/<int:year>/", profile.year, name="year"),
    path("<uuid:key>/requests/<uuid:asked>/", joining.answer, name="request"),
    path("<uuid:key>/vault/", vault.listing, name="vault"),
    path("<uuid:key>/vault/keep/", vault.keep, name="keep"),
    path("<uuid:key>/vault/<uuid:paper>/", vault.kept, name="kept"),
    path("<uuid:key>/vault/<uuid:paper>/file/", vault.download, name="kept_file"),
    path("<uuid:key>/members/", views.members, name="members"),
    path("<uuid:key>/members/invite/", views.invite, name="invite"),
    path("<uuid:key>/members/invitations/<uuid:invitation>/", views.take_back, name="take_back"),
    path("<uuid:key>/members/submitting/", owners.submitting, name="submitting"),
    path("<uuid:key>/members/<uuid:member>/", views.member, name="member"),
    path("<uuid:key>/members/<uuid:member>/hand-over/", owners.hand_over, name="hand_over"),
]
