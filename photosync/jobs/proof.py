"""What each kind of proof means, in words."""

from __future__ import annotations

from collections.abc import Mapping

from photosync.model import GPS_STRIPPED, Item, Proof

_TIERS = {
    Proof.HASH: "by md5",
    Proof.SIZE: "by size",
    Proof.DECODED: "by structure",
    Proof.OWN: "by our own hash only",
}
_SENTENCES = {
    Proof.HASH: "proved by the provider's md5",
    Proof.SIZE: "proved by the provider's size; it gives no hash",
    Proof.DECODED: "proved by its structure: the file is complete; the provider gives neither hash nor size",
    Proof.OWN: "not proved by the provider; our own hash shows only that the file stays as it came",
}


def counts_in_words(proved: Mapping[Proof, int]) -> str:
    """`11,998 proved by md5, 2 by size, 3 not originals: changed by the service`; empty for no files."""
    proofs = [f"{proved[tier]:,} {text}" for tier, text in _TIERS.items() if proved[tier]]
    changed = proved[Proof.REENCODED]
    originals = ", ".join(proofs).replace(" by ", " proved by ", 1)
    word = "not an original" if changed == 1 else "not originals"
    return ", ".join(filter(None, [originals, f"{changed:,} {word}: changed by the service" if changed else ""]))


def proof_in_words(proof: Proof, item: Item, service: str) -> str:
    """A sentence about one file. `service`: who delivered it, `Google Photos` or `the service`."""
    if proof is Proof.REENCODED:
        change = "removed the GPS position" if GPS_STRIPPED in item.notes else "encoded it again"
        return f"not the original: {service} {change}"
    if proof is Proof.OWN and item.md5_hint is not None:
        return f"{_SENTENCES[proof]}; its md5 differs from that of the upload, as if {service} had changed it"
    return _SENTENCES[proof]
