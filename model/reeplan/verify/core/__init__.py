"""The check of plans, front and folder."""
