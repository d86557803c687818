"""One module per area; each ends with ROUTES."""
