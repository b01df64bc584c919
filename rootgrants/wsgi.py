"""The WSGI entrance, as gunicorn opens it."""

import gc
import os

import kombu.transport.redis  # noqa: F401  the first publish of a cold process would pay for this import
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rootgrants.settings")
application = get_wsgi_application()
_ = get_resolver().url_patterns  # all pages are read now, not while the first visitor waits
gc.collect()
gc.freeze()  # what stands for good is never searched again: a full search would halt a request for 0.3 s
