"""Addresses of the portal."""

from django.urls import path

from applications.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.front, name="front"),
    path("home/", views.home, name="home"),
    path("help/", views.help_page, name="help"),
    path("privacy/", views.privacy, name="privacy"),
    path("terms/", views.terms, name="terms"),
    path("session/extend/", views.extend, name="extend"),
    path("record/", views.audit, name="audit"),
    path("record/access/", views.access, name="access"),
    path("letters/", views.letters, name="letters"),
    path("letters/<uuid:key>/", views.letter, name="letter"),
    path("demo/letters/", views.demo_letters, name="demo_letters"),
    path("demo/letters/<uuid:key>/", views.demo_letter, name="demo_letter"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
