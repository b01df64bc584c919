"""The addresses: all of them are the house's."""

from django.urls import include, path

urlpatterns = [
    path("", include("applications.urls")),
]

handler400 = "applications.portal.errors.bad_request"
handler403 = "applications.portal.errors.denied"
handler404 = "applications.portal.errors.missing"
handler500 = "applications.portal.errors.broken"
