"""An example or two of every command, and its page of the documents. Loaded for a help page alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class About:
    """What stands below the options in a help page."""

    page: str
    """A page of `docs/`, without `.md`; with `#`, a heading in it."""
    examples: tuple[str, ...]
    """Command lines for a shell, each at most 76 columns wide."""


def of_command(name: str) -> About:
    """For the command of this name: `pull`, `album create`; '' is the program itself."""
    return _ABOUT[name]


_ABOUT = {
    "": About("configuration", ("photosync pull", "photosync status", "photosync help pull")),
    "pull": About(
        "library",
        (
            "photosync pull                              # all accounts",
            "photosync pull amazon --year 2023 --count   # only say how many that are",
            "photosync pull aura 'living room' --limit-time 2h",
        ),
    ),
    "pick": About("google#sign-in-and-pick", ("photosync pick google", "photosync pick google --resume   # from cron")),
    "session": About("google#sign-in-and-pick", ("photosync session list google",)),
    "session list": About("google#sign-in-and-pick", ("photosync session list google",)),
    "session show": About("google#sign-in-and-pick", ("photosync session show google SESSION-ID",)),
    "session delete": About("google#sign-in-and-pick", ("photosync session delete google SESSION-ID",)),
    "push": About(
        "uploading",
        (
            "photosync push amazon ~/Pictures/2024 --dry-run",
            "photosync push amazon ~/Pictures/2024 --to Holiday",
            "photosync push aura 'living room' photo.jpg --resize",
        ),
    ),
    "copy": About("copies", ("photosync copy", "photosync copy offsite --bwlimit 2M")),
    "evict": About(
        "copies#free-the-local-disk",
        (
            "photosync evict --older-than 5y --dry-run",
            "photosync evict amazon --older-than 5y --kind video",
            "photosync evict --year 2012 --max-age 7d --yes",
        ),
    ),
    "login": About(
        "configuration",
        ("photosync login google", "photosync login amazon --from cookies.txt"),
    ),
    "logout": About("configuration", ("photosync logout google",)),
    "list": About(
        "library",
        (
            "photosync list amazon --since 30d",
            "photosync list amazon --saved --group-by year",
            "photosync list amazon --state gone --json",
        ),
    ),
    "collections": About("library", ("photosync collections amazon",)),
    "tree": About("remote", ("photosync tree drive",)),
    "show": About(
        "amazon",
        (
            "photosync show amazon            # the account",
            "photosync show drive /Pictures/2016/IMG_1.JPG --json",
            "photosync show drive /Pictures/2016/IMG_1.JPG --content > IMG_1.JPG",
        ),
    ),
    "usage": About("amazon", ("photosync usage amazon",)),
    "facets": About("amazon#pull", ("photosync facets amazon", "photosync facets amazon people")),
    "fix": About(
        "metadata#fix-any-folder",
        (
            "photosync fix ~/Pictures/scans --dry-run",
            "photosync fix ~/Pictures/scans --set 'artist=Ada Lovelace'",
            "photosync fix ~/Pictures/scans --undo",
        ),
    ),
    "duplicates": About("verify#several-accounts", ("photosync duplicates", "photosync duplicates amazon drive")),
    "coverage": About("verify#several-accounts", ("photosync coverage", "photosync coverage amazon google --items")),
    "why": About("metadata", ("photosync why ~/Pictures/photosync/amazon/2023/07/IMG_1.JPG",)),
    "status": About("exit-status", ("photosync status", "photosync status --json")),
    "doctor": About("doctor", ("photosync doctor", "photosync doctor amazon", "photosync doctor --bundle report.zip")),
    "failures": About("exit-status#reasons", ("photosync failures", "photosync failures amazon --json")),
    "export": About("python#columns", ("photosync export photos.csv", "photosync export photos.parquet")),
    "audit": About(
        "verify",
        ("photosync audit amazon", "photosync audit amazon --year 2023"),
    ),
    "verify": About(
        "verify",
        (
            "photosync verify --quick             # names and sizes",
            "photosync verify --sample 5%         # what was not read for longest",
            "photosync verify --repair --from /mnt/backup",
        ),
    ),
    "rebuild": About("verify#rebuild", ("photosync rebuild", "photosync rebuild amazon")),
    "trash": About(
        "changing", ("photosync trash amazon --year 2012 --dry-run", "photosync trash amazon HeMReF-vvJiTTkdPIeWuoP")
    ),
    "trashed": About("changing", ("photosync trashed amazon",)),
    "restore": About(
        "changing",
        (
            "photosync restore amazon HeMReF-vvJiTTkdPIeWuoP",
            "photosync restore amazon --all",
            "photosync restore --offsite --year 2012",
            "photosync restore --from offsite --to /mnt/new",
        ),
    ),
    "purge": About("changing", ("photosync purge amazon --all --dry-run",)),
    "favorite": About(
        "changing",
        ("photosync favorite amazon HeMReF-vvJiTTkdPIeWuoP", "photosync favorite amazon --album Holiday --off"),
    ),
    "hide": About("changing", ("photosync hide amazon --album Receipts", "photosync hide amazon --hidden --off")),
    "album": About("changing", ("photosync album create amazon Holiday",)),
    "album create": About("changing", ("photosync album create amazon Holiday",)),
    "album rename": About("changing", ("photosync album rename amazon Holiday 'Holiday 2023'",)),
    "album delete": About("changing", ("photosync album delete amazon Holiday --dry-run",)),
    "album add": About("changing", ("photosync album add amazon Holiday --since 2023-07-01 --until 2023-07-14",)),
    "album remove": About("changing", ("photosync album remove amazon Holiday HeMReF-vvJiTTkdPIeWuoP",)),
    "people": About("changing#people", ("photosync people list amazon",)),
    "people list": About("changing#people", ("photosync people list amazon",)),
    "people name": About("changing#people", ("photosync people name amazon PERSON-ID 'Ada Lovelace'",)),
    "people merge": About("changing#people", ("photosync people merge amazon PERSON-ID 'Ada Lovelace'",)),
    "people cover": About("changing#people", ("photosync people cover amazon 'Ada Lovelace' HeMReF-vvJiTTkdPIeWuoP",)),
    "vault": About("changing#the-familys-vault", ("photosync vault add amazon --album Holiday",)),
    "vault add": About(
        "changing#the-familys-vault",
        ("photosync vault add amazon --album Holiday", "photosync vault add amazon HeMReF-vvJiTTkdPIeWuoP --dry-run"),
    ),
    "vault remove": About("changing#the-familys-vault", ("photosync vault remove amazon HeMReF-vvJiTTkdPIeWuoP",)),
    "remote": About("remote", ("photosync remote mkdir drive Pictures/2016",)),
    "remote mkdir": About("remote", ("photosync remote mkdir drive Pictures/2016",)),
    "remote mv": About("remote", ("photosync remote mv drive Pictures/IMG_1.JPG Pictures/2016",)),
    "remote link": About("remote", ("photosync remote link drive Pictures/IMG_1.JPG Pictures/Best",)),
    "remote unlink": About("remote", ("photosync remote unlink drive Pictures/Best/IMG_1.JPG Pictures/Best",)),
    "remote rename": About("remote", ("photosync remote rename drive Pictures/IMG_1.JPG beach.jpg",)),
    "remote describe": About("remote", ("photosync remote describe drive Pictures/IMG_1.JPG 'On the beach'",)),
    "remote label": About("remote", ("photosync remote label drive Pictures/IMG_1.JPG beach --remove draft",)),
    "remote property": About(
        "remote",
        (
            "photosync remote property drive Pictures/IMG_1.JPG",
            "photosync remote property drive Pictures/IMG_1.JPG rating 5",
        ),
    ),
    "remote available": About("remote", ("photosync remote available drive FILE-ID",)),
    "remote changes": About(
        "remote#what-was-changed",
        ("photosync remote changes drive", "photosync remote changes drive --since CHECKPOINT --json"),
    ),
    "remote overwrite": About("remote", ("photosync remote overwrite drive Pictures/IMG_1.JPG new.jpg",)),
    "remote truncate": About("remote", ("photosync remote truncate drive Pictures/IMG_1.JPG --dry-run",)),
    "init": About(
        "configuration#set-up",
        ("photosync init", "photosync init --answers answers.yaml", "photosync init --from credentials.ini"),
    ),
    "providers": About("plugins", ("photosync providers",)),
    "schedule": About("automation", ("photosync schedule install", "photosync schedule show")),
    "schedule show": About("automation", ("photosync schedule show",)),
    "schedule install": About(
        "automation",
        (
            "photosync schedule install                        # a pull every night",
            "photosync schedule install pull --every 6h --dry-run",
            "photosync schedule install 'verify --sample 1%' --at 04:30 --cron",
        ),
    ),
    "schedule remove": About("automation", ("photosync schedule remove", "photosync schedule remove verify")),
    "completion": About(
        "configuration#the-tab-key",
        (
            "photosync completion bash >> ~/.bashrc",
            "photosync completion fish > ~/.config/fish/completions/photosync.fish",
        ),
    ),
    "help": About(
        "configuration",
        ("photosync help pull", "photosync help album create", "photosync help --man ~/.local/share/man/man1"),
    ),
    "demo": About("configuration", ("photosync demo", "photosync demo --keep", "photosync demo --stop")),
}
