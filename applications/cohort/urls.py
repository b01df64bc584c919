"""Addresses of the cohort."""

from django.urls import path

from applications.cohort import views

app_name = "cohort"
urlpatterns = [
    path("", views.public, name="public"),
    path("verify/", views.verify, name="verify"),
    path("certificates/<uuid:key>/", views.certificate, name="certificate"),
    path("desk/", views.desk, name="desk"),
    path("desk/export/", views.export, name="desk_export"),
    path("desk/<uuid:key>/seat/", views.seat, name="seat"),
    path("desk/<uuid:key>/end/", views.end, name="end"),
]
