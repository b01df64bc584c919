"""Addresses of calls."""

from django.urls import path

from applications.calls import views

app_name = "calls"
urlpatterns = [
    path("", views.listing, name="list"),
    path("desk/", views.desk, name="desk"),
    path("desk/new/", views.prepare, name="prepare"),
    path("desk/<uuid:key>/", views.manage, name="manage"),
    path("desk/<uuid:key>/edit/", views.edit, name="edit"),
    path("desk/<uuid:key>/points/", views.points, name="points"),
    path("desk/<uuid:key>/publish/", views.publish, name="publish"),
    path("<uuid:key>/", views.detail, name="detail"),
]
