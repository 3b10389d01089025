"""Errors as a person reads them: one clear line, and the next step."""

from __future__ import annotations

import click

from reimport_lib import outside, printing
from reimport_lib.errors import ReimportError, place_of


def show_error(error: ReimportError) -> None:
    """One clear line on standard error, and the next step on a line of its own."""
    printing.complain(f"reimport: {error.with_id}")
    if error.hint:
        printing.complain(f"  next: {error.hint}")


def show_usage(error: click.ClickException) -> None:
    """What click says of a word, which may quote it."""
    context = getattr(error, "ctx", None)
    if context is not None:
        for line in context.get_usage().splitlines():
            printing.complain(line)
        printing.complain(f"Try '{context.command_path} --help' for help.")
    printing.complain(f"Error: {error.format_message()}")


def defect(error: Exception) -> ReimportError:
    """What nobody foresaw, as one line without its text, which may quote a value."""
    from reimport_lib.write import pgreasons  # its driver takes time to import

    if pgreasons.is_outside(error):
        return ReimportError(
            f"The database failed: {pgreasons.of_error(error)}.",
            hint="mend that, then try again; `reimport doctor` says what else is wrong",
            id="R026",
        )
    if machine := outside.of_machine(error):
        return ReimportError(
            f"{machine} ({place_of(error)}).",
            hint="mend that, then try again; `reimport runs` says which run to resume",
            id="R306",
        )
    return ReimportError(
        f"{place_of(error)}.",
        hint="this is a defect of the program: report the line",
        id="R027",
    )


def unexpected(error: OSError) -> ReimportError:
    """*error* as one line: which file, and what the machine said."""
    where = f"{error.filename}: " if error.filename else ""
    return ReimportError(
        f"{where}{error.strerror or type(error).__name__}.",
        hint="mend that, then try again; `reimport doctor` says what else is wrong",
        id="R028",
    )


def complain(error: ReimportError) -> None:
    """Of what went wrong beside the work, and ends nothing."""
    printing.complain(f"reimport: {error.with_id}")
