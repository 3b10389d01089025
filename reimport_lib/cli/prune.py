"""``reimport prune``: room made in the runs folder."""

from __future__ import annotations

from collections.abc import Sequence

import click

from reimport_lib.config import Settings, load_settings
from reimport_lib.counting import several
from reimport_lib.errors import TargetError
from reimport_lib.execute import errands, prune_images
from reimport_lib.execute.prune import Pruning, carry_out, plan
from reimport_lib.execute.prune_images import ImagesPruning
from reimport_lib.printing import say
from reimport_lib.record import runs


@click.command()
@click.argument("named", nargs=-1, metavar="[RUN]...")
@click.option("--keep", default=3, show_default=True, help="Newest runs kept whole.")
@click.option("--dry-run", is_flag=True, help="Say what would go.")
def prune(named: tuple[str, ...], keep: int, dry_run: bool) -> None:
    """
    Remove copies, snapshots and backups of old runs; reports and records stay.

    The backups by which imports can be taken back stay too. Out of the ledger goes by
    what runs can be undone, once that is old (REIMPORT_UNDO_DAYS) and a backup is the
    way back. So do dossiers that were ordered on pages, after 30 days. RUN: of this run
    the backup goes as well, and by what it can be undone; of other runs nothing goes.
    """
    settings = load_settings()
    plans = plan(settings, keep=keep, named=named)
    size = sum(each.bytes for each in plans)
    verb = "would remove" if dry_run else "removes"
    _show_pruning(plans, verb=verb)
    ordered = errands.left_over(settings, named)
    if ordered:
        megabytes = sum(path.stat().st_size for path in ordered) / 1e6
        what = several(len(ordered), "file")
        say(f"{errands.FOLDER}: {verb} {what} of orders ({megabytes:,.1f} MB)")
    images = _images(settings, keep, named, verb=verb)
    for error in runs.found(settings)[1].values():
        say(f"{error.with_id} Nothing of it goes. Next: {error.hint}.")
    if not dry_run and size:
        carry_out(plans)
        say(f"Removed {size / 1e6:,.1f} MB; everything else is as it was.")
    if not dry_run:
        for path in ordered:
            path.unlink(missing_ok=True)
    if not dry_run and (rows := prune_images.carry_out(settings, images)):
        say(f"Removed from the ledger what {several(rows, 'row')} were before.")


def _images(
    settings: Settings, keep: int, named: Sequence[str], *, verb: str
) -> list[ImagesPruning]:
    """What goes out of the ledger, shown; nothing where it cannot be read."""
    try:
        plans = prune_images.plan(settings, keep=keep, named=named)
    except TargetError as error:
        say(f"{error.with_id} Nothing goes out of its ledger. Next: {error.hint}.")
        return []
    for each in plans:
        if not each.stays:
            rows = several(each.kept.rows, "row")
            say(
                f"{each.kept.run_id}: {verb} from the ledger what {rows} were before"
                f" (about {each.kept.bytes / 1e6:,.1f} MB); then reimport undo cannot"
                " take it back"
            )
    for why in dict.fromkeys(each.stays for each in plans if each.stays):
        stays = [each.kept for each in plans if each.stays == why]
        size = sum(images.bytes for images in stays) / 1e6
        say(
            f"ledger: keeps by what {several(len(stays), 'run')} can be undone (about"
            f" {size:,.1f} MB): {why}"
        )
    return plans


def _show_pruning(plans: Sequence[Pruning], *, verb: str) -> None:
    """Run by run what goes and what stays, and why; *verb*: removes, would remove."""
    for each in plans:
        if each.goes:
            names = ", ".join(path.name for path in each.goes)
            say(f"{each.run.run_id}: {verb} {names} ({each.bytes / 1e6:,.1f} MB)")
        for run_id in each.ends:
            say(f"{run_id}: cannot be taken back without that backup")
        for why in dict.fromkeys(each.stays.values()):
            parts = [part for part, reason in each.stays.items() if reason == why]
            say(f"{each.run.run_id}: keeps {', '.join(parts)}: {why}")
    if not any(each.goes for each in plans):
        say("Nothing to remove.")
