"""The same records in the forms other systems harvest; one module per standard."""
