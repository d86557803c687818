"""Other portals that speak the CKAN Action API: harvested from, and pushed to, through ckanapi."""
