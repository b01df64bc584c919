"""Addresses of calls."""

from django.urls import path

from applications.calls import builder, desk, views

app_name = "calls"
urlpatterns = [
    path("", views.listing, name="list"),
    path("subscribe/", views.subscribe, name="subscribe"),
    path("subscribe/asked/", views.asked, name="asked"),
    path("subscribe/confirm/<str:token>/", views.confirm, name="confirm"),
    path("unsubscribe/<uuid:key>/", views.unsubscribe, name="unsubscribe"),
    path("desk/", desk.desk, name="desk"),
    path("desk/export/", desk.export, name="desk_export"),
    path("desk/new/", builder.prepare, name="prepare"),
    path("desk/questions/", desk.inquiries, name="inquiries"),
    path("desk/questions/export/", desk.inquiries_export, name="inquiries_export"),
    path("desk/questions/<uuid:key>/", desk.inquiry, name="inquiry"),
    path("desk/questions/<uuid:key>/assign/", desk.assign, name="assign"),
    path("desk/questions/<uuid:key>/answer/", desk.answer, name="answer"),
    path("desk/questions/<uuid:key>/publish/", desk.publish_answer, name="publish_answer"),
    path("desk/questions/<uuid:key>/reply/", desk.reply, name="reply"),
    path("desk/<uuid:key>/", desk.manage, name="manage"),
    path("desk/<uuid:key>/copy/", builder.copy, name="copy"),
    path("desk/<uuid:key>/again/", builder.again, name="again"),
    path("desk/<uuid:key>/edit/<slug:name>/", builder.edit, name="edit"),
    path("desk/<uuid:key>/points/", builder.points, name="points"),
    path("desk/<uuid:key>/add/<slug:name>/", builder.add, name="add"),
    path("desk/<uuid:key>/piece/<slug:name>/<str:place>/", builder.piece, name="piece"),
    path("desk/<uuid:key>/move/<slug:name>/", builder.move, name="move"),
    path("desk/<uuid:key>/remove/<slug:name>/<str:place>/", builder.remove, name="remove"),
    path("desk/<uuid:key>/preview/", builder.preview, name="preview"),
    path("desk/<uuid:key>/publish/", desk.publish, name="publish"),
    path("desk/<uuid:key>/correct/", desk.correct, name="correct"),
    path("desk/<uuid:key>/extend/", desk.extend, name="extend"),
    path("desk/<uuid:key>/cancel/", desk.cancel, name="cancel"),
    path("<uuid:key>/", views.detail, name="detail"),
    path("<uuid:key>/check/", views.check, name="check"),
    path("<uuid:key>/questions/", views.questions, name="questions"),
    path("<uuid:key>/questions/ask/", views.ask, name="ask"),
]
