"""Uploading: content, items and albums."""
