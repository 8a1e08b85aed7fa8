"""Tells health checks and people how a command ended, where the configuration names them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from photosync.cli.interruption import Terminated
from photosync.errors import Exit, PhotosyncError

if TYPE_CHECKING:
    from photosync.config import Config
    from photosync.config.notices import Told
    from photosync.jobs.notices import Ends

_log = logging.getLogger("photosync.notices")


def told(
    config: Config,
    command: Told,
    work: Callable[[], Exit],
    ends: Ends | None = None,
) -> Exit:
    """Do `work`, and tell that it begins and how it ended. `ends`: of its accounts, when it has ended."""
    if command not in config.ping_urls and not config.notify.urls:
        return work()
    from photosync.config.notices import notification_problem, url_problem
    from photosync.jobs.notices import Ends, Notices

    ping, urls = config.ping_urls.get(command), config.notify.urls
    found = [_looked_up(each, "notify", notification_problem) for each in urls]
    notices = Notices(
        command,
        _looked_up(ping, "ping_url", url_problem) if ping is not None else None,
        [each for each in found if each is not None],
        config.notify.on == "always",
        ends or Ends(),
    )
    notices.began()
    status = Exit.INTERNAL
    try:
        status = work()
    except PhotosyncError as error:
        status = error.exit
        raise
    except KeyboardInterrupt as interruption:
        status = Exit.TERMINATED if isinstance(interruption, Terminated) else Exit.INTERRUPTED
        raise
    finally:
        notices.ended(status)
    return status


def _looked_up(text: str, key: str, problem_of: Callable[[str], str | None]) -> str | None:
    """The address that a value stands for; None if it is missing or must not be used. It is kept out of all logs."""
    from photosync.cli import logs
    from photosync.config.references import look_up

    try:
        url = look_up(text)
    except LookupError as error:
        _log.warning("%s: %s", key, error.args[0])
        return None
    logs.REDACTOR.add(url, url.partition("://")[2])
    if problem := problem_of(url):
        _log.warning("%s: %s", key, problem)
        return None
    return url
