"""Addresses of accounts."""

from django.urls import path

from applications.accounts import views

app_name = "accounts"
urlpatterns = [
    path("me/", views.me, name="me"),
    path("people/", views.people, name="people"),
    path("people/export/", views.export, name="people_export"),
    path("people/invite/", views.invite, name="invite"),
    path("people/<uuid:key>/", views.person, name="person"),
    path("people/<uuid:key>/<slug:name>/", views.act, name="act"),
]
