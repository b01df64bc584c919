"""Addresses of the portal."""

from django.urls import path

from applications.portal import exports, imports, progress, records, views

app_name = "portal"
urlpatterns = [
    path("", views.front, name="front"),
    path("home/", views.home, name="home"),
    path("help/", views.help_page, name="help"),
    path("privacy/", views.privacy, name="privacy"),
    path("terms/", views.terms, name="terms"),
    path("session/extend/", views.extend, name="extend"),
    path("arrivals/", progress.progress, name="progress"),
    path("record/", records.audit, name="audit"),
    path("record/export/", records.audit_export, name="audit_export"),
    path("record/access/", records.access, name="access"),
    path("record/access/export/", records.access_export, name="access_export"),
    path("imports/<slug:name>/", imports.imports, name="imports"),
    path("imports/<slug:name>/begin/", imports.begin, name="import_begin"),
    path("imports/<slug:name>/template/", imports.template, name="import_template"),
    path("imports/<uuid:key>/rows/", imports.one, name="import"),
    path("imports/<uuid:key>/confirm/", imports.confirm, name="import_confirm"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/<uuid:key>/", views.own_letter, name="own_letter"),
    path("views/<slug:name>/", views.keep_view, name="keep_view"),
    path("views/<uuid:key>/drop/", views.drop_view, name="drop_view"),
    path("letters/", records.letters, name="letters"),
    path("letters/export/", records.letters_export, name="letters_export"),
    path("exports/", exports.exports, name="exports"),
    path("exports/<uuid:key>/", exports.one, name="export"),
    path("exports/<uuid:key>/file/", exports.file, name="export_file"),
    path("letters/<uuid:key>/", views.letter, name="letter"),
    path("demo/letters/", views.demo_letters, name="demo_letters"),
    path("demo/letters/<uuid:key>/", views.demo_letter, name="demo_letter"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
