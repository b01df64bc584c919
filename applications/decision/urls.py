"""Addresses of decisions."""

from django.urls import path

from applications.decision import views

app_name = "decision"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("calls/<uuid:key>/", views.ranking, name="ranking"),
    path("calls/<uuid:key>/propose/", views.propose, name="propose"),
    path("lists/<uuid:key>/", views.proposal, name="proposal"),
    path("lists/<uuid:key>/approve/", views.approve, name="approve"),
    path("lists/<uuid:key>/send-back/", views.send_back, name="send_back"),
    path("lists/<uuid:key>/publish/", views.publish, name="publish"),
    path("results/<uuid:key>/", views.result, name="result"),
]
