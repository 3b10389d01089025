"""The command ``reimport``: words in, one call each, an exit code out.

Exit codes: see ``EXIT_CODES_HELP``, which ``reimport --help`` shows.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import pairwise

import click

from reimport_lib import printing
from reimport_lib.cli.errors import defect, show_error, show_usage, unexpected
from reimport_lib.cli.listed import OWN
from reimport_lib.cli.plugins import Commands
from reimport_lib.errors import ReimportError, UsageError

EXIT_CODES_HELP = (
    "Exit codes: 0 done, and no check failed; 2 wrong usage; 3 refused; 4 failed; "
    "5 applied, and a check afterwards did not hold; 6 applied, and hours later no "
    "longer so (reimport watch); 130 interrupted. The phase that stopped is rolled "
    "back, but where the ledger says that it was committed. Where a run has failed "
    "or was refused (3, 4), what phases before it wrote is undone by itself, but with "
    "--keep, or where people have changed it since; then it is named, and reimport "
    "undo RUN or reimport restore RUN takes it back. What passes undoes nothing: after "
    "Ctrl-C, a kill, a lost database or a full disk reimport run "
    "--resume goes on."
)
_UNSET = "give it a value, or leave it out; in a script, is its variable set?"


@click.group(
    cls=Commands,
    own=OWN,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EXIT_CODES_HELP,
)
@click.version_option(package_name="clinic-reimport", prog_name="reimport")
def app() -> None:
    """Reimport a clinic's FileMaker data: rehearse, review, apply exactly that."""


def load(words: Sequence[str]) -> None:
    """Import what the command that *words* call for needs, if it is one of ours."""
    if words and words[0] in OWN:
        OWN[words[0]].load()


def main() -> None:
    """Run the command; an error is one clear line and its own exit code."""
    printing.take_any_character()
    try:
        _refuse_empty(sys.argv[1:])
        app(standalone_mode=False)
    except click.ClickException as error:
        show_usage(error)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        printing.complain("reimport: interrupted.")
        sys.exit(130)
    except ReimportError as error:
        show_error(error)
        sys.exit(error.exit_code)
    except OSError as error:  # a folder, a disk or a network that no module expected
        show_error(unexpected(error))
        sys.exit(ReimportError.exit_code)
    except Exception as error:
        show_error(defect(error))
        raise SystemExit(ReimportError.exit_code) from None


def _refuse_empty(words: Sequence[str]) -> None:
    """
    Refuse a word that is there and says nothing: ``--reviewed "$RUN"``, RUN not set.

    Taken for a word that was left out, it would mean another run than the one meant.

    Raises:
        UsageError: names the word that it was given to.
    """
    for before, word in pairwise(["", *words]):
        name, has_value, value = word.partition("=")
        if word.startswith("--") and has_value and not value.strip():
            raise UsageError(f"{name}= is followed by nothing.", hint=_UNSET, id="R024")
        if not word.strip():
            where = f"The word after {before}" if before else "The first word"
            raise UsageError(f"{where} is empty.", hint=_UNSET, id="R025")
