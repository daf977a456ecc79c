"""The check of what studies say."""
