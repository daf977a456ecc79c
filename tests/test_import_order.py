"""Imports run in one direction: no module, not even for its types, imports what imports it."""
