"""`why`: where one file or item came from and how its capture time was chosen, for people or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Argument

from photosync.cli.command import command
from photosync.cli.options import GeneralOptions
from photosync.cli.output import print_json, print_line

if TYPE_CHECKING:
    from photosync.catalog import CatalogEntry
    from photosync.jobs.fix.why import Why
    from photosync.library import Layout
    from photosync.metadata import CaptureTimeChoice


@command
def why(
    *,
    target: Annotated[str, Argument(metavar="PATH|ID", help="A file, or an item's id.")],
    general: GeneralOptions,
) -> None:
    """Tell where a file came from, which dates it had to choose from, and why one won."""
    from photosync.cli.opening import library_of, load_config
    from photosync.jobs.fix.file_owner import FileOwners
    from photosync.jobs.fix.why import explain
    from photosync.library import Layout
    from photosync.user_folders import state_folder

    config = load_config(general, required=False)

    def layout(account: str) -> Layout | None:
        known = config.accounts.get(account)
        return Layout(known.options.layout or known.provider.facts.layout) if known else None

    library, state = library_of(general, config), state_folder()
    with FileOwners(library, state, config.probable_metadata_settings, to_change=False) as owners:
        for each in explain(owners, layout, target):
            known = config.accounts.get(each.entry.account) if each.entry else None
            _show(general, each, known.provider.facts.title if known else "the service")


def _show(general: GeneralOptions, answer: Why, service: str) -> None:
    """`service`: the name of the item's service, if it is known."""
    from photosync.jobs.fix.why_json import why_json

    if general.json:
        print_json(why_json(answer))
        return
    for line in (*_origin(answer, service), *_times(answer.capture_time), *_fix(answer)):
        print_line(line)


def _origin(answer: Why, service: str) -> list[str]:
    from photosync.jobs.failures import advice_for

    entry = answer.entry
    lines = [str(answer.path)] if answer.path else []
    uploads = [
        f"  {each.path} went up to account {each.account} as {each.id}, {each.pushed_at}" for each in answer.pushes
    ]
    if entry is None:
        return [*lines, "  no pull brought this file", *uploads]
    lines.append(f"  {entry.item.name}: account {entry.account}, id {entry.item.id}, {entry.state}")
    if entry.delivered_sha256:
        lines.append(f"  saved {entry.saved_at}")
        lines.append(f"  delivered {entry.delivered_size} bytes, sha256 {entry.delivered_sha256}")
        is_as_delivered = entry.stored_sha256 == entry.delivered_sha256
        stored = f"   {entry.stored_size} bytes, sha256 {entry.stored_sha256}"
        lines.append(f"  stored {'as delivered' if is_as_delivered else stored}")
        lines += _proof(entry, service)
    if answer.verified_at:
        lines.append(f"  read again on {answer.verified_at.isoformat()}, and as it was stored")
    if entry.reason:
        lines.append(f"  could not be downloaded last: {entry.reason}: {entry.error}")
        since, runs = entry.failed_since or "an earlier version", "run" if entry.tries == 1 else "runs in a row"
        lines.append(f"  failing since {since}; {entry.tries} {runs} for this reason")
        advice = advice_for(entry.reason)
        lines += [f"  {advice}"] if advice else []
    lines += uploads
    lines += [
        f"  {each.location} was repaired {each.repaired_at} ({each.reason}) from {each.source}"
        for each in answer.repairs
    ]
    for change in answer.changes:
        when = f"at the service on {change.changed_at}" if change.changed_at else "was sent, and no answer came"
        lines.append(f"  {' '.join(filter(None, [change.action, change.detail]))}: {when}")
    if entry.offsite:
        here = "; what lies here now is not known to be it, and stays" if answer.path else ""
        lines.append(f"  only copies of the library have it, as {entry.offsite}{here}; it comes back with:")
        lines.append(f"  photosync restore --id {entry.id}")
    elif answer.path is None and entry.state != "pushed":
        again = entry.location and f"no file is at {entry.location.path}; the next pull brings it again"
        lines.append(f"  {again or 'has no file'}")
    if answer.location_reason:
        lines.append(f"  lies there because {answer.location_reason}")
    return lines


def _proof(entry: CatalogEntry, service: str) -> list[str]:
    """How it is known that the file has the item's content."""
    from photosync.jobs.proof import proof_in_words

    return [f"  {proof_in_words(entry.proved, entry.item, service)}"] if entry.proved else []


def _times(choice: CaptureTimeChoice | None) -> list[str]:
    from photosync.jobs.fix.why_json import reading_text

    if choice is None:
        return []
    lines = ["", "times, best first:"]
    for each in choice.candidates:
        source, time = each.source, each.time
        mark = "*" if each == choice.winner else " "
        doubt = f"  doubted: {each.doubt}" if each.doubt else ""
        lines.append(f" {mark} {source.rank}  {reading_text(time):32} {time.meaning.value:8} {source.label}{doubt}")
    if not choice.candidates:
        lines.append("   none")
    if choice.offset:
        lines.append(f"offset from UTC: {choice.offset.source}")
    return [*lines, *(f"note: {each}" for each in choice.notes)]


def _fix(answer: Why) -> list[str]:
    record = answer.record
    if record is None:
        return []
    lines = ["", record.outcome if answer.is_done or not record.changes else "not fixed; `photosync fix` would write:"]
    lines += [f"  {each.field}: {each.before or '-'} -> {each.after or '-'}" for each in record.changes]
    known = answer.capture_time.notes if answer.capture_time else ()
    return [*lines, *(f"  {each}" for each in record.notes if each not in known)]
