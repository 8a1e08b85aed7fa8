"""Downloads items from an account to the library."""
