"""Reads files again, and compares them with the catalog or with a list: what is missing, damaged or unknown."""
