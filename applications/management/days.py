"""Instants of the demonstration."""

from datetime import datetime, time

from applications.kernel import clock


def at(day, hour=18, minute=0):
    """An hour of a Korean day."""
    return datetime.combine(day, time(hour, minute), clock.KST)
