"""The product's own settings, and one more middleware that counts queries where the bench asks for it."""

from rootgrants.settings import *  # noqa: F403
from rootgrants.settings import MIDDLEWARE

MIDDLEWARE = ["tests.bench.counting.CountQueries", *MIDDLEWARE]
