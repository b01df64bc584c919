"""One include a room; accounts of allauth stand under auth/."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

urlpatterns = [
    path("", include("applications.portal.urls")),
    path("auth/", include("allauth.urls")),
    path("language/", login_not_required(set_language), name="set_language"),
    path("account/", include("applications.accounts.urls")),
    path("firms/", include("applications.firms.urls")),
    path("calls/", include("applications.calls.urls")),
    path("applications/", include("applications.intake.urls")),
    path("reviews/", include("applications.review.urls")),
    path("decisions/", include("applications.decision.urls")),
    path("agreements/", include("applications.agreement.urls")),
    path("payments/", include("applications.funding.urls")),
    path("cohort/", include("applications.cohort.urls")),
]
