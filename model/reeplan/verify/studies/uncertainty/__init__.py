"""The check of planning under uncertainty."""
