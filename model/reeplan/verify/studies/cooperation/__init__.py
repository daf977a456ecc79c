"""The check of cooperation."""
