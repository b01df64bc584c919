"""People: one account, one role."""
