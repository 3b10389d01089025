"""``reimport backup --files``: proven copies of stored objects, and their way back."""

from __future__ import annotations

import secrets
import sys

import click

from reimport_lib.cli.files import end_line, teller
from reimport_lib.config import load_settings
from reimport_lib.errors import Interrupted, UsageError
from reimport_lib.printing import say


@click.command()
@click.option("--files", is_flag=True, help="Of the stored objects.")
@click.option("--verify", is_flag=True, help="Read copies again; copy nothing.")
@click.option("--sample", default="", metavar="1%|N", help="Of them; without it all.")
@click.option("--seed", type=int, default=None, help="Which; else by chance.")
@click.option(
    "--restore",
    "lost",
    multiple=True,
    metavar="KEY",
    help="Put back an object that the bucket lost; all below KEY/.",
)
@click.option("--most", type=click.IntRange(min=1), default=None, help="To copy now.")
@click.option("--dry-run", is_flag=True, help="Count what is wanted; copy nothing.")
def backup(
    files: bool,
    verify: bool,
    sample: str,
    seed: int | None,
    lost: tuple[str, ...],
    most: int | None,
    dry_run: bool,
) -> None:
    """Copy every stored object to S3_BACKUP; nothing is overwritten or removed."""
    from reimport_lib.files import backing_up, copybook, from_copies

    _refuse_contradictions(files, verify, sample, seed, lost, most, dry_run)
    settings = load_settings()
    into, tell = backing_up.place(settings), teller()
    chosen = secrets.randbelow(2**31) if seed is None else seed
    try:
        if lost:
            done = from_copies.restore(settings, lost, tell=tell)
        elif verify:
            done = from_copies.read_again(
                settings, sample=sample, seed=chosen, tell=tell
            )
        else:
            done = backing_up.back_up(settings, most=most, dry_run=dry_run, tell=tell)
    except KeyboardInterrupt:
        raise Interrupted(
            "backup: stopped by a person; every copy that was proven stays.",
            hint="the same command goes on where it stopped",
            id="R340",
        ) from None
    finally:
        end_line()
    for line in done.told():
        say(line)
    if verify:
        say(f"Which: {sample or 'all'}, seed {chosen}")
    say(f"Copies: {into}; each of them: {copybook.manifest(settings.runs)}")
    sys.exit(done.exit_code)


def _refuse_contradictions(
    files: bool,
    verify: bool,
    sample: str,
    seed: int | None,
    lost: tuple[str, ...],
    most: int | None,
    dry_run: bool,
) -> None:
    if not files:
        raise UsageError(
            "backup: of what? Every run backs the database up by itself.",
            hint="reimport backup --files",
            id="R341",
        )
    copies = most is not None or dry_run
    if verify + bool(lost) + copies > 1:
        raise UsageError(
            "backup: --verify, --restore and copying are one at a time.",
            hint="reimport backup --files --verify",
            id="R342",
        )
    if (sample or seed is not None) and not verify:
        raise UsageError(
            "backup: --sample and --seed say what --verify reads.",
            hint="reimport backup --files --verify --sample 1%",
            id="R346",
        )
