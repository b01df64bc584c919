"""Addresses of agreements."""

from django.urls import path

from applications.agreement import views

app_name = "agreement"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("export/", views.export, name="desk_export"),
    path("draft/<uuid:key>/", views.draft, name="draft"),
    path("<uuid:key>/", views.detail, name="detail"),
    path("<uuid:key>/amend/", views.amend, name="amend"),
    path("<uuid:key>/offer/", views.offer, name="offer"),
    path("<uuid:key>/sign/", views.sign, name="sign"),
]
