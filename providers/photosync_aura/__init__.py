"""Aura picture frames: the provider `aura`, signed in by e-mail and password."""
