"""SupportsUpload files to an account."""
