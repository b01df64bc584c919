"""Addresses of firms."""

from django.urls import path

from applications.firms import views

app_name = "firms"
urlpatterns = [
    path("", views.listing, name="list"),
    path("register/", views.register, name="register"),
    path("invitations/<uuid:key>/", views.invitation, name="invitation"),
    path("<uuid:key>/", views.detail, name="detail"),
    path("<uuid:key>/edit/", views.edit, name="edit"),
    path("<uuid:key>/members/", views.members, name="members"),
    path("<uuid:key>/members/invite/", views.invite, name="invite"),
    path("<uuid:key>/members/<uuid:member>/", views.member, name="member"),
]
