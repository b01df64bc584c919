"""The floor's settings: the same database and server as the product, no middleware but the session."""

from rootgrants.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.floor_urls"
MIDDLEWARE = [
    "tests.bench.counting.CountQueries",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # its app does not start without it; it does no query
]
