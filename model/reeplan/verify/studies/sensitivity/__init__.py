"""The check of sensitivity."""
