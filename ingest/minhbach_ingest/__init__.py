"""Sources become a release: read, check, load, publish. All or nothing."""
