"""The sign-off pack: what it shows, how it is drawn, and when there is none."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from pathlib import Path
from typing import Any

import boto3
import pytest
from lxml import html
from PIL import Image

from reimport_lib.errors import Refused, UsageError
from reimport_lib.execute import sampling
from reimport_lib.phases import verifying
from reimport_lib.prove.render.cards import ranked
from reimport_lib.record import runs, samples
from reimport_lib.record.run import Run
from reimport_lib.write import bind, models
from reimport_lib.write import samples as held
from tests.phases import sites
from tests.phases.conftest import States, Whole
from tests.phases.sites import Site

ONE: dict[str, Any] = {"tables": ("patients",), "size": 4}
FEW: dict[str, Any] = {"tables": ("patients", "documents"), "size": 4}


@pytest.fixture
def run(imported: Site, whole: Whole) -> Run:
    return runs.load(imported.settings, whole.full.run_id)


def pack_of(run: Run) -> Path:
    return run.folder / samples.FOLDER


def cards(run: Run, table: str) -> dict[int, Any]:
    """Row -> its card, of all pages of *table*."""
    found = {}
    for path in sorted(pack_of(run).glob(f"{table}-*.html")):
        page: Any = html.fromstring(path.read_bytes())
        for card in page.xpath("//article"):
            found[int(card.get("data-row"))] = card
    return found


def lines(card: Any) -> list[list[str]]:
    """The cells of each line of a card."""
    rows = card.xpath(".//tbody/tr")
    return [[cell.text_content() for cell in row.xpath("td")] for row in rows]


def held_names(site: Site) -> dict[str, str]:
    """Key -> last name, by a question of the test's own."""
    bind.bind_real(site.settings)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT filemaker_id, last_name FROM patients_patient")
        found = dict(cursor.fetchall())
    bind.close()
    return found


def change(site: Site, key: str, **fields: Any) -> None:
    """As somebody who writes to the patient *key* past the backend."""
    bind.bind_real(site.settings, writable=True)
    rows = models.model_of("patients")._base_manager.filter(filemaker_id=key)
    assert rows.update(**fields) == 1
    bind.close()


def test_each_card_shows_what_stands_on_both_sides(imported: Site, run: Run) -> None:
    """And what somebody changed in the database since stands out."""
    names = held_names(imported)
    _, exported = sites.read_csv(imported.exports / "Contacts.csv")
    sampling.make(imported.settings, run.run_id, **ONE)
    shown = cards(run, "patients")
    row, _card = next(iter(shown.items()))
    key = exported[row - 2]["id"].strip().casefold()

    assert len(shown) >= 9
    for number, each in shown.items():
        told = {line[2]: line for line in lines(each)}
        record = exported[number - 2]
        # blank on both sides: no line says so
        said = told.get("last_name", [""] * 5)
        assert said[1] == record["nameLast"].strip()
        assert said[3] == names[record["id"].strip().casefold()]
        assert "nothing explains" not in each.text_content()
        assert each.xpath(".//li")

    change(imported, key, last_name="Wrongly")
    sampling.make(imported.settings, run.run_id, **ONE)
    wrong = [line for line in lines(cards(run, "patients")[row]) if "✗" in line[4]]
    assert [(line[2], line[3]) for line in wrong] == [("last_name", "Wrongly")]
    assert "1 field differ" in cards(run, "patients")[row].text_content()

    change(imported, key, filemaker_id=None)
    pack = sampling.make(imported.settings, run.run_id, tables=("patients",), size=50)
    assert pack.seed == sampling.seed_of(run)
    assert "no such record" in cards(run, "patients")[row].text_content()
    assert verifying.verified(imported.settings, run.run_id).altered == []


def test_records_that_other_rows_make_are_shown_beside_these(
    imported: Site, run: Run
) -> None:
    """An image too few, another day, and a batch that is gone stand out."""
    tables = ("image_batches", "coordinators")
    pack = sampling.make(imported.settings, run.run_id, tables=tables, size=500)
    _, exported = sites.read_csv(imported.exports / "Images.csv")
    shown = cards(run, "image_batches")
    came_in = [
        line
        for line in sites.outcome_lines(run, "image_batches")
        if line["outcome"] in ("created", "updated", "unchanged")
    ]

    assert pack.left_out == []
    assert pack.tables["image_batches"][0] == len(shown) == len(came_in) > 30
    assert len(cards(run, "coordinators")) == len(
        sites.outcome_lines(run, "coordinators")
    )
    for table in tables:
        for each in cards(run, table).values():
            assert [line for line in lines(each) if "✗" in line[4]] == []
    images = 0
    for each in shown.values():
        told = {line[2]: line for line in lines(each)}
        count = int(told["image_count"][3].split()[0])
        images += count
        assert told["image_count"][1].startswith(f"{count} that came in")
        first = next(line for line in lines(each) if line[0].startswith("row "))
        row = int(first[0].split()[1].replace(",", ""))
        source = exported[row - 2]
        assert source["recid"].strip() in first[1]
        assert source["id_Contact"].strip() in told["owner_id"][1]
        assert source["date"].strip() in told["taken_on"][1]
        assert each.xpath(".//div[@class='file']")
    assert images == sum(
        line["outcome"] in ("created", "updated", "unchanged")
        for line in sites.outcome_lines(run, "images")
    )

    several = next(
        number for number, each in shown.items() if "2 records" in each.text_content()
    )
    batch = came_in[several - 1]["target_id"]
    bind.bind_real(imported.settings, writable=True)
    others = models.model_of("image_batches")._base_manager.exclude(pk=batch)
    rows = models.model_of("images")._base_manager.filter(batch_id=batch)
    rows.filter(pk=rows.values_list("pk").first()[0]).update(batch_id=others[0].pk)
    models.model_of("image_batches")._base_manager.filter(pk=batch).update(
        taken_on="1999-01-01"
    )
    bind.close()
    sampling.make(imported.settings, run.run_id, tables=tables[:1], size=500)
    wrong = lines(cards(run, "image_batches")[several])
    assert {line[2] for line in wrong if "✗" in line[4]} == {"image_count", "taken_on"}


def test_anybody_draws_the_same_rows_from_the_seed(imported: Site, run: Run) -> None:
    pack = sampling.make(imported.settings, run.run_id, **FEW, seed="2026")
    came_in = [
        line["row"]
        for line in sites.outcome_lines(run, "documents")
        if line["outcome"] in ("created", "updated", "unchanged")
    ]
    in_order = sorted(
        came_in,
        key=lambda row: hashlib.sha256(f"2026/documents/{row}".encode()).hexdigest(),
    )

    bind.bind_real(imported.settings)
    drawn = {each.table: each for each in held.draws_of(run.run_id)}
    bind.close()
    assert pack.seed == "2026"
    assert drawn["documents"].rows == [int(row) for row in in_order[:4]]
    assert drawn["documents"].lot == len(came_in)
    assert {*drawn["documents"].rows} <= cards(run, "documents").keys()
    assert sampling.seed_of(run) == _own_seed(run)


def _own_seed(run: Run) -> str:
    digest = json.loads((run.folder / "run.json").read_text())["snapshot_digest"]
    return hashlib.sha256(f"{run.run_id}/{digest}".encode()).hexdigest()[:16]


def test_the_panel_is_the_same_every_time_and_names_who_is_gone(
    imported: Site, run: Run
) -> None:
    sampling.make(imported.settings, run.run_id, tables=("patients",), size=1)
    bind.bind_real(imported.settings)
    first = held.panels()["patients"]
    bind.close()
    gone = first[2]
    change(imported, gone, filemaker_id=None)

    sampling.make(imported.settings, run.run_id, tables=("patients",), seed="b", size=1)
    bind.bind_real(imported.settings)
    second = held.panels()["patients"]
    bind.close()
    index = (pack_of(run) / "index.html").read_text()
    assert len(first) == len({*first, *second}) - 1 == 5
    assert [new for new, old in zip(second, first, strict=True) if new == old] == (
        first[:2] + first[3:]
    )
    assert f"{gone} is gone; {second[2]} takes its place" in index
    assert f"{gone} is gone; this takes its place" in "".join(
        card.text_content() for card in cards(run, "patients").values()
    )


def test_rows_are_ranked_by_a_digest_that_the_page_describes() -> None:
    assert ranked("s", "t", [1, 2, 3]) == sorted(
        [1, 2, 3], key=lambda n: hashlib.sha256(f"s/t/{n}".encode()).digest()
    )


@sites.ONLY_SQLITE  # what the bucket holds
def test_stored_files_are_shown_or_said_to_be_missing(imported: Site, run: Run) -> None:
    account = {n: v for n, v in imported.environ.items() if n.startswith("AWS_")}
    store: Any = boto3.client(
        "s3",
        endpoint_url=imported.settings.s3_endpoint_url,
        region_name=account["AWS_DEFAULT_REGION"],
        aws_access_key_id=account["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=account["AWS_SECRET_ACCESS_KEY"],
    )
    sampling.make(imported.settings, run.run_id, tables=("images",), size=4)
    rows = list(cards(run, "images"))
    keys = {
        row: next(line[3] for line in lines(card) if line[2] == "s3_key")
        for row, card in cards(run, "images").items()
    }
    bucket = imported.settings.s3_bucket
    lost, real = keys[rows[0]], keys[rows[1]]
    before = {
        key: store.get_object(Bucket=bucket, Key=key)["Body"].read()
        for key in (lost, real)
    }
    picture = io.BytesIO()
    Image.new("RGB", (900, 600), "teal").save(picture, "JPEG")
    try:
        store.delete_object(Bucket=bucket, Key=lost)
        store.put_object(Bucket=bucket, Key=real, Body=picture.getvalue())
        sampling.make(imported.settings, run.run_id, tables=("images",), size=4)
    finally:
        for key, content in before.items():
            store.put_object(Bucket=bucket, Key=key, Body=content)

    shown = cards(run, "images")
    assert f"✗ The stored file is not in the bucket: {lost}" in " ".join(
        shown[rows[0]].text_content().split()
    )
    (small,) = shown[rows[1]].xpath(".//img/@src")
    (whole,) = {*shown[rows[1]].xpath(".//div[@class='file']//a/@href")}
    assert (pack_of(run) / whole).read_bytes() == picture.getvalue()
    with Image.open(pack_of(run) / small) as made:
        assert made.size == (640, 427)


@sites.ONLY_SQLITE  # of files alone
def test_a_pack_is_private_and_each_page_is_small(imported: Site, run: Run) -> None:
    pack = sampling.make(imported.settings, run.run_id, tables=("notes",))
    files = [path for path in (run.folder / "private").rglob("*") if path.is_file()]
    folders = [path for path in (run.folder / "private").rglob("*") if path.is_dir()]

    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}
    assert pack.index.is_file()
    pages = list(pack_of(run).glob("*.html"))
    assert len(pages) > 4
    assert max(path.stat().st_size for path in pages) < 1_000_000
    for page in pages:
        assert "default-src 'none'" in page.read_text()
    assert not [
        path.name
        for path in run.folder.glob("*")
        if path.is_file() and path.suffix in (".html", ".json") and _tells(path, run)
    ]


def _tells(path: Path, run: Run) -> bool:
    """Whether a file that may be given away has the key of a card in it."""
    text = path.read_text()
    return any(card.key in text for card in samples.read(run) if len(card.key) > 20)


def test_another_database_than_the_runs_is_refused(
    states: States, imported: Site, run: Run, tmp_path: Path
) -> None:
    other = imported.with_settings(DATABASE_URL=states.copy(states.ready, tmp_path))

    with pytest.raises(Refused, match="The database holds nothing of"):
        sampling.make(other.settings, run.run_id)


def test_a_database_that_was_not_migrated_is_refused(imported: Site, run: Run) -> None:
    imported.execute_sql("DROP TABLE ledger_panelmember")

    with pytest.raises(Refused, match="no tables for samples") as refused:
        sampling.make(imported.settings, run.run_id)
    assert "migrate" in refused.value.hint


@sites.ONLY_SQLITE  # what of the runs folder is gone
def test_refusals_name_what_is_gone_and_what_to_do(
    imported: Site, run: Run, whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = imported.settings
    with pytest.raises(UsageError, match=r"no table 'notse'.*Did you mean notes"):
        sampling.make(settings, run.run_id, tables=("notse",))
    for seed in ("a/b", "é", "x" * 101):
        with pytest.raises(UsageError, match="without a slash"):
            sampling.make(settings, run.run_id, seed=seed)
    rehearsal = whole.rehearsal.run_id
    for path in (settings.runs / rehearsal).glob("copy*"):
        path.unlink()
    with pytest.raises(Refused, match=r"the copy of the database .* is gone"):
        sampling.make(settings, rehearsal)
    with pytest.raises(Refused, match="has no sign-off pack"):
        samples.read(run)
    with monkeypatch.context() as patched:
        patched.setattr(sampling.sampling, "samples", lambda *_: iter(()))
        with pytest.raises(Refused, match="no row of any table came in"):
            sampling.make(settings, run.run_id)
    with sites.rewritten(run) as manifest:
        was, manifest["status"] = manifest["status"], "running"
    with pytest.raises(Refused, match="is running, or imports nothing"):
        sampling.make(settings, run.run_id)
    with sites.rewritten(run) as manifest:
        manifest["status"] = was
    shutil.rmtree(run.snapshot_folder)
    with pytest.raises(Refused, match="its frozen source was pruned") as refused:
        sampling.make(settings, run.run_id)
    assert "reimport run --dry-run" in refused.value.hint
    run.take_back(to="2026-11-22T10:15:00+00:00", backup="")
    with pytest.raises(Refused, match="was taken back"):
        sampling.make(settings, run.run_id)
