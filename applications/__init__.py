"""The house: one Django app whose rooms are the stages in the life of an application."""
