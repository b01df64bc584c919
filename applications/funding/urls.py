"""Addresses of money."""

from django.urls import path

from applications.funding import views

app_name = "funding"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("export/", views.export, name="desk_export"),
    path("lines/", views.lines, name="lines"),
    path("lines/new/", views.open_line, name="open_line"),
    path("lines/<uuid:key>/", views.line, name="line"),
    path("lines/<uuid:key>/allocate/", views.allocate, name="allocate"),
    path("request/<uuid:key>/", views.request_payment, name="request"),
    path("<uuid:key>/", views.payment, name="payment"),
    path("<uuid:key>/verify/", views.verify, name="verify"),
    path("<uuid:key>/approve/", views.approve, name="approve"),
    path("<uuid:key>/pay/", views.pay, name="pay"),
    path("<uuid:key>/refuse/", views.refuse, name="refuse"),
]
