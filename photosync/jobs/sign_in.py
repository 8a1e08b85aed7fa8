"""Signing in to an account and out of it: what its provider can do."""

from __future__ import annotations

from photosync.errors import UsageError
from photosync.jobs.account import Account
from photosync.provider import HasUploadPermission, Interaction, SupportsSignIn, TakesSignIn


def signs_in(account: Account) -> SupportsSignIn:
    """The account's provider, for signing in and out. Raises `UsageError` where that is not possible."""
    provider = account.provider
    if not isinstance(provider, SupportsSignIn):
        raise UsageError(
            f"account '{account.name}': {provider.facts.title} has no sign-in that could be done from here; its "
            "settings are in the configuration"
        )
    return provider


def takes_sign_in(account: Account, option: str) -> TakesSignIn:
    """The account's provider, for the sign-in of a browser. Raises `UsageError` where it takes none."""
    provider = account.provider
    if not isinstance(provider, TakesSignIn):
        raise UsageError(
            f"{option}: account '{account.name}': {provider.facts.title} does not sign in with a browser's cookies. "
            f"Sign in with: photosync login {account.name}"
        )
    return provider


def permit_upload(account: Account, person: Interaction) -> str:
    """Let the person permit uploads. Raises `UsageError` where they need no permission of their own."""
    provider = account.provider
    if not isinstance(provider, HasUploadPermission):
        title = provider.facts.title
        raise UsageError(f"--upload: account '{account.name}' needs no permission of its own to upload to {title}")
    return provider.permit_upload(person)
