"""Removes files from the library that copies of it are proved to have."""
