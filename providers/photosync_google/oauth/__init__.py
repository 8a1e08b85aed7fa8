"""Signing in: the OAuth client, the scopes that a person can permit, the consent."""
