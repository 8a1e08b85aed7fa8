"""`doctor`: what is wrong, and what to do. A file for each group of checks; each check stands alone."""
