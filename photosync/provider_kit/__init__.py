"""Modules for authors of providers; nothing in the core needs them."""
