"""The shell: wires only, no table and no rule."""

from rootgrants.celery import app as celery_app

__all__ = ["celery_app"]
