"""Loaders: one module per kind of source."""
