"""What to do after a run: one step, whether an error advises it or the run's state.

Imports errors. What an error advises comes first: a command of its own here would send
the reader another way than the hint above it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

# The command at the head of a hint: options with their values, a run's id.
_OPTION = r"--[a-z-]+(?:[ =](?!-)[^\s,;]+)?"
_COMMAND = re.compile(rf"reimport [a-z-]+(?: (?:{_OPTION}|[A-Z0-9][^\s,;]*))*(?![^,;])")
_LIMIT = re.compile(r" ?--gate ([^\s=]+)=\S+")


@dataclass(frozen=True, slots=True)
class Ended:
    """
    Attributes:
        words: that the run was opened with, but its mode; with a blank before each.
        hint: what the error advises that stopped it.
    """

    run_id: str
    rehearsal: bool
    status: str
    words: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """
    Attributes:
        first: what to do before the command, in words; "" where nothing.
        command: what to type; "" where nothing is to be typed.
    """

    first: str = ""
    command: str = ""


def after(run: Ended) -> Step:
    """The next step after *run*."""
    advised = _COMMAND.match(run.hint)
    if advised:
        return Step(command=advised.group())
    names_command = "reimport " in run.hint
    words = _with_limits(run.words, run.hint)
    command = "" if names_command else _by_state(replace(run, words=words))
    return Step(first=run.hint, command=command)


def _with_limits(words: str, hint: str) -> str:
    """*words* with the limits that *hint* would set, which replace earlier ones."""
    advised = {found[1]: found[0].strip() for found in _LIMIT.finditer(hint)}
    kept = _LIMIT.sub(lambda set_: "" if set_[1] in advised else set_[0], words)
    return kept + "".join(f" {word}" for word in advised.values())


def _by_state(run: Ended) -> str:
    """The command that the state of a run asks for."""
    if run.status == "succeeded" and run.rehearsal:
        return f"reimport run --full --reviewed {run.run_id}"
    if run.status in ("open", "interrupted", "failed"):
        return f"reimport run --resume {run.run_id}"
    if run.status == "refused":  # and what it names has been mended
        return f"reimport run --dry-run{run.words}"
    if run.status == "rolled-back":
        return "reimport run --dry-run"
    return ""


def opened_with(parameters: object) -> str:
    """The words that open a run like the one with these *parameters* again."""
    if not isinstance(parameters, dict):
        return ""
    only = [
        name
        for name in parameters.get("phases", ())
        if name not in ("validation", "backup")
    ]
    words = [f"--phase {only[0]}"] if len(only) == 1 else []
    words += [f"--gate {k}={v:g}" for k, v in parameters.get("gates", {}).items()]
    words += ["--strict"] if parameters.get("strict") else []
    words += ["--clean-slate"] if parameters.get("clean_slate") else []
    return "".join(f" {word}" for word in words)
