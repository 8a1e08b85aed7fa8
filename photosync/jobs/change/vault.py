"""`vault`: items are put into the vault of a family, or taken out. No item is changed or deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from photosync.catalog import Catalog
from photosync.errors import ItemError, UsageError
from photosync.jobs.account import Account
from photosync.jobs.change.change import Target
from photosync.jobs.change.wanted import Wanted, items_of
from photosync.provider import ChangesVault


def vault_of(account: Account) -> ChangesVault:
    """The vault of the account's service. Raises `UsageError` where there is none."""
    provider = account.provider
    if not isinstance(provider, ChangesVault):
        raise UsageError(f"account '{account.name}': {provider.facts.title} has no vault that photosync can change")
    return provider


@dataclass(slots=True)
class ChangeVault:
    """Puts items into the vault, or takes them out."""

    account: Account
    catalog: Catalog
    adds: bool
    word: str = field(init=False)
    detail: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self.word = f"vault {'add' if self.adds else 'remove'}"

    @property
    def batch(self) -> int:
        """The number of ids that one call takes."""
        return vault_of(self.account).vault_batch

    def targets(self, wanted: Wanted) -> list[Target]:
        """What the user named; what is so already is left alone."""
        inside = {id_ for page in vault_of(self.account).vault_items() for id_ in page}
        return [
            each if each.refusal else replace(each, is_done=(each.id in inside) is self.adds)
            for each in items_of(self.account, self.catalog, wanted)
        ]

    def refusal(self, _target: Target) -> ItemError | None:
        """No item is lost by it."""
        return None

    def send(self, targets: Sequence[Target]) -> Mapping[str, ItemError]:
        """Change the vault."""
        vault = vault_of(self.account)
        change = vault.add_to_vault if self.adds else vault.remove_from_vault
        return change([target.id for target in targets])

    def record(self, _targets: Sequence[Target]) -> None:
        """Nothing: the items stay as they are."""
