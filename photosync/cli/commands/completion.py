"""`completion`: the script by which a shell completes what is typed."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from typer import Argument

from photosync.cli.command import command
from photosync.cli.options import GeneralOptions

_BASH = r"""
# In ~/.bashrc: source <(photosync completion bash)
_photosync() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ $line == :files* ]]; then
            compopt -o default
            COMPREPLY=()
            return
        fi
        COMPREPLY+=("${line%%$'\t'*}")
    done < <(PHOTOSYNC_COMPLETE=bash photosync "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _photosync photosync
"""
_ZSH = r"""
#compdef photosync
# photosync completion zsh > ~/.zfunc/_photosync; or in ~/.zshrc, after compinit: source <(photosync completion zsh)
_photosync() {
    local line
    local -a found shown
    while IFS= read -r line; do
        if [[ $line == :files* ]]; then
            _files
            return
        fi
        found+=("${line%%$'\t'*}")
        shown+=("${line/$'\t'/  }")
    done < <(PHOTOSYNC_COMPLETE=zsh photosync "${(@Q)words[2,CURRENT]}" 2>/dev/null)
    compadd -l -d shown -a -- found
}
if [[ $funcstack[1] == _photosync ]]; then
    _photosync "$@"
else
    compdef _photosync photosync
fi
"""
_FISH = r"""
# photosync completion fish > ~/.config/fish/completions/photosync.fish
function __photosync_complete
    set -l before (commandline -opc)
    set -e before[1]
    set -l begun (commandline -ct)
    set -l found (env PHOTOSYNC_COMPLETE=fish photosync $before "$begun" 2>/dev/null)
    if string match -q ':files*' -- $found
        __fish_complete_path "$begun"
    else
        string join \n -- $found
    end
end
complete -c photosync -f -a '(__photosync_complete)'
"""


class Shell(StrEnum):
    """The shells that have a script."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


_SCRIPTS = {Shell.BASH: _BASH, Shell.ZSH: _ZSH, Shell.FISH: _FISH}


@command
def completion(
    *,
    shell: Annotated[Shell, Argument(metavar="bash|zsh|fish", help="The shell that you use.")],
    general: GeneralOptions,  # noqa: ARG001 - of every command
) -> None:
    """Print the script that lets a shell complete commands, options, accounts and albums."""
    typer.echo(_SCRIPTS[shell].strip())
