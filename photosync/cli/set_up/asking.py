"""Asks the person at the terminal for everything that a first configuration needs, and tries each account at once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from photosync.cli.kept_services import PREFIX, KeptService
from photosync.cli.set_up.new_configuration import NewAccount, NewConfiguration
from photosync.cli.set_up.simulated_person import SimulatedPerson
from photosync.cli.set_up.trying import checked, found_at
from photosync.cli.terminal import Terminal
from photosync.errors import ConfigError, PhotosyncError, UsageError
from photosync.jobs.account import Account
from photosync.plugins import plugins
from photosync.provider import Provider, Question, SupportsSignIn
from photosync.user_folders import expanded

_LIBRARY = "~/Pictures/photosync"
_SECRET = "not shown; or ${NAME}, keyring:NAME"  # noqa: S105 - a hint
_ENDED = "the input ended before all was answered; nothing was written. Run it again: photosync init"


class Asking:
    """One conversation."""

    def __init__(
        self, target: Path, terminal: Terminal, kept: Sequence[KeptService], library: Path | None = None
    ) -> None:
        """`kept`: the simulated services that run on this computer. `library`: the folder that is proposed."""
        self._target = target
        self._terminal = terminal
        self._kept = {each.provider: each for each in kept}
        self._accounts: list[NewAccount] = []
        self._library = str(library or "")
        self.found: dict[str, str | None] = {}
        """What each account has; None where that could not be asked."""

    def run(self) -> NewConfiguration:
        """Ask for everything. Raises `UsageError` at the end of the input."""
        say = self._terminal.show
        say(f"This makes the configuration {self._target}. Ctrl-C ends it; nothing is written before the end.")
        if self._kept:
            say("\nThe simulated services of `photosync demo --keep` run on this computer.")
            if not self._yes("Set up accounts at these, to try everything?", usual=True):
                self._kept = {}
        self._library = self._asked_library()
        providers = self._providers()
        for name in self._chosen(providers):
            self._add(name, providers[name])
        if not self._accounts:
            raise UsageError("no account was set up, so nothing was written")
        return NewConfiguration(self._library, self._accounts)

    # Questions

    def _line(self, prompt: str, usual: str = "", *, is_secret: bool = False) -> str:
        shown = f"{prompt} [{usual}]" if usual and not is_secret else prompt
        while True:
            given = self._terminal.ask_hidden(shown) if is_secret else self._terminal.ask(shown)
            if given is None:
                raise UsageError(_ENDED)
            if given.strip() or usual:
                return given.strip() or usual

    def _yes(self, question: str, *, usual: bool) -> bool:
        while True:
            given = self._line(f"{question} (y or n)", "y" if usual else "n").lower()
            if given in ("y", "yes", "n", "no"):
                return given in ("y", "yes")

    def _asked_library(self) -> str:
        usual = self._library or (f"{_LIBRARY}-demo" if self._kept else _LIBRARY)
        while True:
            given = self._line("\nThe folder for the photos", usual)
            try:
                path = expanded(given)
            except ConfigError as error:
                self._terminal.show(str(error))
                continue
            if (problem := _problem_with(path.absolute())) is None:
                return given if given.startswith("~") else str(path.absolute())
            self._terminal.show(problem)

    def _providers(self) -> Mapping[str, type[Provider]]:
        found: dict[str, type[Provider]] = {}
        for name, plugin in plugins().items():
            if self._kept and name not in self._kept:
                continue
            try:
                found[name] = plugin.load()
            except ConfigError as error:
                self._terminal.show(str(error))
        return found

    def _chosen(self, providers: Mapping[str, type[Provider]]) -> Sequence[str]:
        self._terminal.show("\nServices:")
        for number, (name, provider) in enumerate(providers.items(), 1):
            self._terminal.show(f"  {number}  {provider.facts.title} ({name})")
        numbers = {str(number): name for number, name in enumerate(providers, 1)}
        while True:
            words = self._line("Which ones? Numbers, with blanks between").replace(",", " ").split()
            if unknown := [word for word in words if word not in numbers and word.lower() not in providers]:
                self._terminal.show(f"'{unknown[0]}' is none of them. Answer with numbers, such as 1 2.")
                continue
            return list(dict.fromkeys(numbers.get(word, word.lower()) for word in words))

    # One account

    def _add(self, provider_name: str, provider: type[Provider]) -> None:
        """Ask for an account's settings and try them, until they work or the user has had enough."""
        name = f"{PREFIX}{provider_name}" if self._kept else provider_name
        set_up = provider.settings_type.set_up()
        self._terminal.show(f"\n{provider.facts.title}: account '{name}'")
        if set_up.steps:
            self._terminal.show(set_up.steps)
        while True:
            new = NewAccount(name, self._settings(provider_name, set_up.questions))
            try:
                read = checked(NewConfiguration(self._library, [new]), self._target)
            except ConfigError as error:
                self._terminal.show(f"{error}\nOnce more:")
                continue
            sign_in = self._sign_in if issubclass(provider, SupportsSignIn) else None
            try:
                self.found[name] = found_at(read, name, sign_in)
            except PhotosyncError as error:
                self._terminal.show(str(error))
                match self._after_failure():
                    case "again":
                        continue
                    case "leave":
                        return
                self.found[name] = None
            else:
                self._terminal.show(f"{name}: {self.found[name]}")
            self._accounts.append(new)
            return

    def _settings(self, provider_name: str, questions: Sequence[Question]) -> dict[str, object]:
        kept = self._kept.get(provider_name)
        settings: dict[str, object] = {"provider": provider_name}
        for each in questions:
            settings[each.key] = self._answer(each, kept)
        if kept is not None and "endpoints" in kept.settings:
            settings["endpoints"] = kept.settings["endpoints"]
        return settings

    def _answer(self, question: Question, kept: KeptService | None) -> str:
        usual = str(kept.settings.get(question.key, "")) if kept else ""
        notes = [_SECRET] if question.is_secret else []
        notes += ["Enter: the demo's"] if usual and question.is_secret else []
        prompt = f"{question.text} ({'; '.join(notes)})" if notes else question.text
        while True:
            given = self._line(prompt, usual, is_secret=question.is_secret)
            if not question.is_file or given.startswith(("${", "keyring:")):
                return given
            try:
                path = expanded(given.strip("'\"")).absolute()
            except ConfigError as error:
                self._terminal.show(str(error))
                continue
            if os.access(path, os.R_OK) and not path.is_dir():
                return str(path)
            self._terminal.show(f"There is no file {path} that can be read.")

    def _sign_in(self, account: Account) -> str:
        provider = account.provider
        assert isinstance(provider, SupportsSignIn)
        kept = next((each for each in self._kept.values() if each.account == account.name), None)
        return provider.sign_in(SimulatedPerson(kept) if kept else self._terminal)

    def _after_failure(self) -> str:
        words = {"a": "again", "k": "keep", "l": "leave"}
        while True:
            given = self._line("Try again (a), keep the account and sign in later (k), or leave it out (l)?", "a")
            if given.lower()[:1] in words:
                return words[given.lower()[:1]]


def _problem_with(library: Path) -> str | None:
    """Why a folder cannot be the library; None if nothing is known."""
    nearest = next(each for each in (library, *library.parents) if os.access(each, os.F_OK))
    if not nearest.is_dir():
        return f"{nearest} is no folder. Name another one."
    if not os.access(nearest, os.W_OK):
        return f"{nearest} cannot be written. Name another folder."
    return None
