"""The site: pages, files and APIs over the current release."""
