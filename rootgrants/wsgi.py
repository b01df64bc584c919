"""The WSGI entrance, as gunicorn opens it."""

import os

import kombu.transport.redis  # noqa: F401  the first publish of a cold process would pay for this import
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rootgrants.settings")
application = get_wsgi_application()
