"""Rows become search documents; a query finds them, on any engine."""
