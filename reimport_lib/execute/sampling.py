"""The sign-off pack of a run: made, or made anew; what was drawn goes into the ledger.

The source is the frozen snapshot of the run, the target its database as it is now. The
pack lies in the run's private folder: it holds persons' data.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reimport_lib.config import Settings
from reimport_lib.counting import several
from reimport_lib.errors import Refused, UsageError, did_you_mean
from reimport_lib.execute import rehearsal_copies, sample_marks
from reimport_lib.execute.stored_files import StoredFiles
from reimport_lib.phases.binding import bind_run
from reimport_lib.phases.frozen import snapshot_of
from reimport_lib.private_files import unwritable, write_private, written_whole
from reimport_lib.prove import evidence as proof
from reimport_lib.prove import sampling
from reimport_lib.prove.render.acceptance import ErrorRates
from reimport_lib.prove.render.cards import Drawn, RecordCard
from reimport_lib.prove.sampling import TableSample, WantedSample
from reimport_lib.record import runs
from reimport_lib.record import samples as record
from reimport_lib.record.clock import now
from reimport_lib.record.manifest import has_gone_back
from reimport_lib.record.run import Run
from reimport_lib.record.samples import PackCard
from reimport_lib.record.status import AT_WORK, Mode
from reimport_lib.show import sample_pages, sample_sheet, sample_words, workbook
from reimport_lib.show.sample_pages import PackHead, TablePages
from reimport_lib.show.words import moment
from reimport_lib.tables import registry
from reimport_lib.write import bind, fence, ledger
from reimport_lib.write import samples as held
from reimport_lib.write.samples import HeldDraw

_COMMAND = "reimport sample"


@dataclass(frozen=True, slots=True)
class SignOffPack:
    """
    What was made.

    Attributes:
        index: the page to begin with; sheet: the file to fill in.
        tables: table -> (rows at random, cards in all, a sentence of what it proves).
        left_out: why tables have no cards.
    """

    run_id: str
    index: Path
    sheet: Path
    seed: str
    tables: Mapping[str, tuple[int, int, str]]
    left_out: Sequence[str]


def make(
    settings: Settings,
    run_id: str,
    *,
    seed: str = "",
    tables: Sequence[str] = (),
    size: int = 0,
    tell: Callable[[str], None] = lambda said: None,
) -> SignOffPack:
    """
    Make the pack of the run *run_id*; of all its tables unless some are named.

    Args:
        seed: of the random samples; "": the run's own, which nobody can choose.
        size: of the random sample of each table; 0: as both error rates ask.
        tell: is told which table is being compared.

    Raises:
        UsageError: there is no such run or table, or the seed is no word.
        Refused: the run is at work, was taken back, or what is compared is gone.
    """
    run = runs.load(settings, run_id)
    _require_comparable(run)
    wanted_tables = _named(tables)
    seed = seed.strip() or seed_of(run)
    if not seed.isascii() or not seed.isprintable() or len(seed) > 100 or "/" in seed:
        raise UsageError(
            "--seed is not up to 100 letters, digits and signs without a slash.",
            hint=f"{_COMMAND} {run_id} --seed 20261122",
            id="R410",
        )
    acceptable, rejectable = settings.sample_rates
    rates = ErrorRates(*acceptable, *rejectable)
    panels = _panels(settings)
    try:
        bind_run(run, writable=False)
        _require_its_database(run)
        evidence = proof.gather(run, snapshot_of(run))
        found: list[TableSample] = []
        wanted = WantedSample(seed, rates, size, panels)
        for name in wanted_tables:
            tell(name)
            found += sampling.samples(evidence, (name,), wanted)
    finally:
        bind.close()
    if not found:
        raise Refused(
            f"{run_id}: no row of {', '.join(tables) or 'any table'} came in: there is"
            " nothing to compare.",
            hint=f"reimport show {run_id}",
            id="R411",
        )
    left_out = _left_out(wanted_tables, found)
    pack = _write(run, rates, seed, found, left_out)
    _enter(settings, run, rates, seed, found, panels)
    return pack


def seed_of(run: Run) -> str:
    """
    The seed of *run* where nobody gives one: nobody has chosen it.

    The first 16 hex digits of the sha256 of its id and its snapshot's digest.
    """
    text = f"{run.run_id}/{run.manifest().get('snapshot_digest', '')}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _require_comparable(run: Run) -> None:
    """Both sides of *run* are there to be compared."""
    manifest = run.manifest()
    if manifest["status"] in AT_WORK or run.mode in (Mode.UNDO, Mode.PUT_BACK):
        raise Refused(
            f"{run.run_id} is {manifest['status']}, or imports nothing: there is no"
            " sample of it.",
            hint="reimport runs",
            id="R412",
        )
    if has_gone_back(manifest):
        raise Refused(
            f"{run.run_id} was taken back: the database holds nothing of it.",
            hint="reimport runs",
            id="R413",
        )
    if not run.snapshot_folder.is_dir():
        raise Refused(
            f"{run.run_id}: its frozen source was pruned, and nothing else says what"
            " FileMaker said then.",
            hint="reimport run --dry-run, and take the sample of that",
            id="R414",
        )
    if run.mode is Mode.REHEARSAL and rehearsal_copies.of(run) is None:
        raise Refused(
            f"{run.run_id}: the copy of the database that it worked on is gone.",
            hint="take the sample of the full run that applied it, or rehearse again:"
            " reimport run --dry-run",
            id="R415",
        )


def _require_its_database(run: Run) -> None:
    """
    The database that is read is the one that *run* wrote to, migrated since or not.

    Raises:
        Refused: its ledger holds nothing of the run.
    """
    if ledger.entries(run.run_id) is None:
        raise Refused(
            f"The database holds nothing of {run.run_id}: it is another one than the"
            " run wrote to, or was put back to before it.",
            hint="set DATABASE_URL to the database of that run",
            id="R420",
        )


def _named(tables: Sequence[str]) -> list[str]:
    known = {table.name: table for table in registry.sampled()}
    for name in tables:
        if name not in known:
            raise UsageError(
                f"There is no table {name!r} with rows of FileMaker."
                f"{did_you_mean(name, known)}",
                hint=f"one of {', '.join(known)}",
                id="R416",
            )
    return [name for name in known if not tables or name in tables]


def _panels(settings: Settings) -> dict[str, list[str]]:
    """The panels as they were chosen, in the ledger of the real database."""
    bind.bind_real(settings)
    try:
        held.require_tables()
        return held.panels()
    finally:
        bind.close()


def _left_out(tables: Sequence[str], found: Sequence[TableSample]) -> list[str]:
    done = {each.table for each in found}
    return [
        f"{registry.noun(name)}: no row of it came in with this run."
        for name in tables
        if name not in done
    ]


def _write(
    run: Run,
    rates: ErrorRates,
    seed: str,
    found: Sequence[TableSample],
    left_out: Sequence[str],
) -> SignOffPack:
    """Write the pages and the sheets, in place of those there were."""
    folder = run.folder / record.FOLDER
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    folder.parent.chmod(0o700)
    try:
        if folder.is_dir():
            shutil.rmtree(folder)
        folder.mkdir(mode=0o700)
        files = StoredFiles(run.settings, folder)
        tables = [
            TablePages(
                each.table,
                each.plan,
                [_with_file(card, files) for card in _in_order(each)],
                each.gone,
            )
            for each in found
        ]
        head = PackHead(run.run_id, seed, rates, list(_sentences(run, seed)), left_out)
        pages = list(sample_pages.pages(head, tables))
        for name, text in pages:
            write_private(folder / name, text)
        cards = list(_listed(run, tables, dict(pages)))
        record.keep(folder, cards)
        sheet = _write_sheets(run, cards)
    except OSError as error:
        raise unwritable(folder, error) from None
    told = {
        each.table: (
            each.plan.size,
            len(each.cards),
            sample_words.proves(each.table, each.plan, rates),
        )
        for each in tables
    }
    index = folder / sample_pages.INDEX
    return SignOffPack(run.run_id, index, sheet, seed, told, left_out)


def _write_sheets(run: Run, cards: Sequence[PackCard]) -> Path:
    """
    The files to fill in; the workbook, where one could be written.

    What somebody may have filled in in those of before is kept beside them.
    """
    names = (record.WORKBOOK, record.SHEET) if workbook.is_there() else (record.SHEET,)
    for name in names:
        path = run.folder / name
        if path.is_file():
            number = sum(1 for _ in path.parent.glob(f"signoff.before-*{path.suffix}"))
            path.rename(path.with_name(f"signoff.before-{number + 1}{path.suffix}"))
        with written_whole(path) as stream:
            if name == record.SHEET:
                text = f"\ufeff{sample_sheet.as_csv(cards, run.run_id)}"
                stream.write(text.encode())
                continue
            sample_sheet.write_workbook(stream, cards, run_id=run.run_id, made=now())
    return run.folder / names[0]


def _in_order(sample: TableSample) -> list[RecordCard]:
    """The panel, then what was picked by risk, then the rest as the seed drew it."""
    places = {row: place for place, row in enumerate(sample.random)}

    def place(card: RecordCard) -> tuple[int, int]:
        first = min(list(Drawn).index(drawn) for drawn in card.drawn)
        rank = {0: 0, 1: 2, 2: 1}[first]
        return rank, places.get(card.row, card.row)

    return sorted(sample.cards, key=place)


def _with_file(card: RecordCard, files: StoredFiles) -> RecordCard:
    return replace(card, file=files.fetched(card.file)) if card.file else card


def _sentences(run: Run, seed: str) -> Iterator[str]:
    manifest, zone = run.manifest(), run.settings.rows.time_zone
    exported = moment(manifest.get("as_of", ""), zone)
    yield (
        f"At the left the records as FileMaker exported them, frozen by {run.run_id} on"
        f" {exported}; at the right the same records as the database has them, asked"
        f" by questions of its own on {moment(now().isoformat(), zone)}."
    )
    if run.mode is Mode.REHEARSAL:
        yield "The database is the copy that this rehearsal worked on."
    else:
        yield "What people or later imports have changed since shows as a difference."
    yield (
        f"Random samples were drawn by the seed {seed}: anybody who has the run folder"
        " can draw them again (docs/signoff.md says how)."
    )


def _listed(
    run: Run, tables: Sequence[TablePages], pages: Mapping[str, str]
) -> Iterator[PackCard]:
    for each in tables:
        names = [name for name in pages if name.startswith(f"{each.table}-")]
        for card in each.cards:
            line = card.line_id(run.run_id)
            yield PackCard(
                line,
                card.table,
                card.row,
                card.key,
                next((n for n in names if f'id="card-{line}"' in pages[n]), ""),
                ", ".join(card.drawn),
                " ".join(sample_words.why(card)),
                card.source_digest,
                card.target_digest,
            )


def _enter(
    settings: Settings,
    run: Run,
    rates: ErrorRates,
    seed: str,
    found: Sequence[TableSample],
    panels: Mapping[str, Sequence[str]],
) -> None:
    """What was drawn into the ledger of the real database, and into the record."""
    at = now()
    draws = [
        HeldDraw(
            *(run.run_id, each.table, seed, each.plan.lot, each.plan.size),
            *(each.plan.allowed, each.plan.wrong, float(rates.consumer_risk)),
            each.random,
            sorted({card.row for card in each.cards} - {*each.random}),
            at,
        )
        for each in found
    ]
    chosen = {each.table: list(_chosen(each, panels)) for each in found}
    bind.bind_real(settings, writable=True)
    try:
        with fence.of_command(_COMMAND):
            held.enter_draws(draws)
            held.choose(run.run_id, chosen, at)
        figures = sample_marks.figures(run)
    finally:
        bind.close()
    sample_marks.record(run, figures)


def _chosen(
    each: TableSample, panels: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str]]:
    if each.table not in panels:
        yield from ((key, "") for key in each.panel)
    else:
        yield from ((new, old) for old, new in each.gone.items() if new)


def told(pack: SignOffPack) -> str:
    """How many cards there are, in a line."""
    cards = sum(number for _, number, _ in pack.tables.values())
    return f"{several(cards, 'card')} of {several(len(pack.tables), 'table')}"
