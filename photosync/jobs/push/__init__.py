"""Uploads files to an account."""
