"""Every stored object has a proven copy; nothing is overwritten, nothing removed."""

from __future__ import annotations

import csv
import hashlib
import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from reimport_lib.cli.backup import backup
from reimport_lib.config import Settings, load_settings
from reimport_lib.errors import SettingsError, SourceError, UsageError
from reimport_lib.files import backing_up, copybook, copying, proof
from reimport_lib.files.backing_up import back_up
from reimport_lib.files.copy_progress import CopyOutcome, CopyProgress
from reimport_lib.files.copybook import Copy, Proof
from reimport_lib.files.from_copies import read_again, restore
from reimport_lib.files.proof import Differs, ObjectHead
from tests.s3_requests import unguarded

DOCS = "filemaker-docs/"
OBJECTS = {f"{DOCS}{n}.pdf": b"%PDF " + bytes([n]) * n for n in range(1, 6)}
PART = 5 * 1024**2


class Store:
    """A bucket of a few objects, and its copies."""

    def __init__(self, made: Settings) -> None:
        self.made = made
        self.s3: Any = unguarded(made)
        for key, content in OBJECTS.items():
            self.put(key, content)

    def put(self, key: str, content: bytes, **more: Any) -> None:
        self.s3.put_object(Bucket=self.made.s3_bucket, Key=key, Body=content, **more)

    def all(self) -> dict[str, bytes]:
        """Key -> bytes of all that lies there."""
        where = {"Bucket": self.made.s3_bucket}
        listed = self.s3.list_objects_v2(**where).get("Contents", ())
        return {
            each["Key"]: self.s3.get_object(**where, Key=each["Key"])["Body"].read()
            for each in listed
        }

    def remove(self, key: str) -> None:
        self.s3.delete_object(Bucket=self.made.s3_bucket, Key=key)

    def copies(self) -> dict[str, Copy]:
        with copybook.opened(self.made.runs, backing_up.place(self.made)) as book:
            return book.copies()


@pytest.fixture
def store(bucket: dict[str, str], tmp_path: Path) -> Store:
    own = {
        "S3_BACKUP": f"{bucket['S3_BUCKET']}/copies/",
        "REIMPORT_RUNS": str(tmp_path / "runs"),
    }
    return Store(load_settings({**bucket, **own}))


def counts(progress: CopyProgress) -> dict[str, int]:
    return {str(outcome): n for outcome, n in progress.counts.items() if n}


def test_every_object_is_copied_proven_and_listed_and_a_second_time_nothing_is_done(
    store: Store, s3_requests: Path
) -> None:
    back_up(store.made, most=2)  # as though it had been broken off
    first = back_up(store.made)
    before = s3_requests.read_text().count("\n")
    second = back_up(store.made)
    asked = [json.loads(line) for line in s3_requests.read_text().splitlines()[before:]]

    assert counts(first) == {"copied": 3, "already there": 2}
    assert counts(second) == {"already there": 5}
    assert {request["method"] for request in asked} == {"GET"}
    held = store.copies()
    for copy in held.values():
        content = OBJECTS[copy.key]
        assert store.all()[copy.copy_key] == content
        assert copy.checksum == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert (copy.size_bytes, copy.proof) == (len(content), Proof.ETAG)
    assert {copy.key for copy in held.values()} == set(OBJECTS)
    listed = copybook.manifest(store.made.runs)
    assert listed.stat().st_mode & 0o077 == 0
    with listed.open(newline="") as file:
        assert copybook.read_manifest(file) == list(held.values())
    beside = [key for key in store.all() if key.startswith("copies/manifests/")]
    assert store.all()[max(beside)] == listed.read_bytes()


def test_a_changed_object_gets_a_copy_of_its_own_and_a_lost_one_comes_back(
    store: Store,
) -> None:
    back_up(store.made)
    store.put(f"{DOCS}1.pdf", b"another")
    store.remove(f"{DOCS}2.pdf")

    changed = back_up(store.made)

    assert counts(changed) == {"copied": 1, "already there": 3}
    assert changed.others == 2
    assert "2 copies are of objects that are gone or were others" in "\n".join(
        changed.told()
    )
    of_first = [c for c in store.copies().values() if c.key == f"{DOCS}1.pdf"]
    assert [store.all()[c.copy_key] for c in of_first] == [
        OBJECTS[f"{DOCS}1.pdf"],
        b"another",
    ]
    assert counts(restore(store.made, [DOCS])) == {"already there": 4, "put back": 1}
    assert store.all()[f"{DOCS}2.pdf"] == OBJECTS[f"{DOCS}2.pdf"]
    assert store.all()[f"{DOCS}1.pdf"] == b"another"
    with pytest.raises(UsageError, match="There is no copy of one"):
        restore(store.made, [f"{DOCS}none.pdf"])


def test_what_lies_in_a_copys_place_is_never_overwritten_and_is_told(
    store: Store,
) -> None:
    """Where nothing is known of it, it is compared; where it was proven, too."""
    first = backing_up.copy_key(
        backing_up.place(store.made),
        f"{DOCS}1.pdf",
        hashlib.md5(OBJECTS[f"{DOCS}1.pdf"]).hexdigest(),  # noqa: S324 - an ETag
    )
    store.put(first, b"theirs, and longer")

    met = back_up(store.made)
    store.put(next(key for key in store.copies() if "/2.pdf/" in key), b"altered")
    store.remove(next(key for key in store.copies() if "/3.pdf/" in key))
    store.remove(f"{DOCS}3.pdf")
    later = back_up(store.made)

    assert (counts(met)["not what they should be"], met.exit_code) == (1, 5)
    assert met.failed == [(f"{DOCS}1.pdf", "its size is another")]
    assert store.all()[first] == b"theirs, and longer"
    assert sorted(later.failed) == [
        (f"{DOCS}1.pdf", "its size is another"),
        (f"{DOCS}2.pdf", backing_up.ANOTHER),
        (f"{DOCS}3.pdf", backing_up.GONE),
    ]
    with copybook.manifest(store.made.runs).open(newline="") as file:
        whys = [line["why_not"] for line in csv.DictReader(file) if line["why_not"]]
    assert len(whys) == 3


def test_copies_are_read_again_all_or_a_seeded_sample_and_it_is_recorded(
    store: Store,
) -> None:
    back_up(store.made)
    victim = next(iter(store.copies().values()))
    store.put(victim.copy_key, b"x" * victim.size_bytes)

    every = read_again(store.made, seed=1)
    sampled = [
        {key for key, _ in read_again(store.made, sample=s, seed=7).failed}
        for s in ("50%", "50%")
    ]

    assert counts(every) == {"as they were": 4, "not what they should be": 1}
    assert every.failed == [(victim.key, "its bytes are others")]
    assert every.exit_code == 5
    assert sampled[0] == sampled[1]
    with copybook.opened(store.made.runs, backing_up.place(store.made)) as book:
        kept = book.connection.execute(
            "SELECT sample, seed, copies, wrong FROM read_again"
        ).fetchall()
    assert kept[0] == ("all", 1, 5, 1)
    assert [row[:3] for row in kept[1:]] == [("50%", 7, 2)] * 2
    with pytest.raises(UsageError, match="neither a share nor a number"):
        read_again(store.made, sample="some", seed=1)


def test_another_machine_takes_over_what_the_manifest_beside_the_copies_says(
    store: Store, tmp_path: Path
) -> None:
    back_up(store.made)
    held = store.copies()
    store.remove(f"{DOCS}4.pdf")
    other = replace(store.made, runs=tmp_path / "other")

    assert counts(restore(other, [f"{DOCS}4.pdf"])) == {"put back": 1}
    with copybook.opened(other.runs, backing_up.place(other)) as book:
        assert book.copies() == held


def test_an_object_of_many_parts_is_copied_in_parts_and_still_never_overwrites(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "MOST_AT_ONCE_BYTES", PART)
    monkeypatch.setattr(copying, "PART_BYTES", PART)
    key, content = f"{DOCS}large.mp4", b"1" * PART + b"2" * 10
    store.put(key, content, ContentType="video/mp4", Metadata={"of": "somebody"})

    ended = back_up(store.made)

    assert counts(ended) == {"copied": 6}
    copy = next(c for c in store.copies().values() if c.key == key)
    assert copy.copy_etag.endswith("-2")
    assert copy.checksum == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert copy.proof is Proof.BYTES
    stored = store.s3.get_object(Bucket="clinic-files", Key=copy.copy_key)
    assert stored["Body"].read() == content
    assert (stored["ContentType"], stored["Metadata"]) == (
        "video/mp4",
        {"of": "somebody"},
    )
    assert not store.s3.list_multipart_uploads(Bucket="clinic-files").get("Uploads")


def test_one_that_changes_or_goes_meanwhile_is_a_line_and_the_others_come(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = backing_up._listed

    def then_change(made: Settings) -> list[backing_up.Listed]:
        found = listed(made)
        store.put(f"{DOCS}1.pdf", b"another")
        store.remove(f"{DOCS}2.pdf")
        return found

    monkeypatch.setattr(backing_up, "_listed", then_change)
    ended = back_up(store.made)

    assert counts(ended) == {"copied": 3, "failed": 2}
    assert ended.exit_code == 4
    assert [why for _, why in sorted(ended.failed)] == [
        "it changed since it was listed: run it again",
        "it is gone since it was listed",
    ]


def test_a_stop_in_the_middle_keeps_what_was_proven(store: Store) -> None:
    stop = threading.Event()

    def tell(progress: CopyProgress) -> None:
        stop.set()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(store.made, tell=tell)

    assert stop.is_set()
    kept = len(store.copies())
    assert kept >= 1
    assert counts(back_up(store.made))["already there"] == kept


def test_a_place_that_nobody_may_use_is_refused(
    store: Store, bucket: dict[str, str], tmp_path: Path
) -> None:
    environ = {**bucket, "REIMPORT_RUNS": str(tmp_path)}
    nowhere = load_settings({**environ, "S3_BACKUP": "no-such-bucket"})
    with pytest.raises(SourceError, match="bucket 'no-such-bucket' does not exist"):
        back_up(nowhere)
    with pytest.raises(SettingsError, match="S3_BACKUP is not set"):
        back_up(load_settings(environ))


@pytest.mark.parametrize(
    ("source", "copy", "expected"),
    [
        # S3's checksum of the whole object decides, whatever the ETags are
        (("k-2", {"CRC32": "aa"}), ("m", {"CRC32": "aa"}), ("crc32:aa", "checksum")),
        (("k-2", {"CRC32": "aa"}), ("k-2", {"CRC32": "ab"}), "its CRC32 is another"),
        (("a" * 32, {}), ("b" * 32, {}), "its ETag is another"),
        (("a" * 32, {}), ("a" * 32, {}), (f"md5:{'a' * 32}", "etag")),
    ],
)
def test_what_proves_a_copy(
    source: tuple[str, dict[str, str]],
    copy: tuple[str, dict[str, str]],
    expected: object,
) -> None:
    heads = [
        ObjectHead("b", "k", 3, etag, "", sums, {}) for etag, sums in (source, copy)
    ]
    if isinstance(expected, str):
        with pytest.raises(Differs, match=expected):
            proof.prove(None, *heads)
    else:
        assert proof.prove(None, *heads) == expected


def test_an_etag_of_kms_or_of_parts_says_nothing_of_bytes() -> None:
    kms = {"ServerSideEncryption": "aws:kms"}
    assert ObjectHead("b", "k", 3, "a" * 32, "", {}, kms).md5 == ""
    assert ObjectHead("b", "k", 3, f"{'a' * 32}-2", "", {}, {}).md5 == ""
    assert ObjectHead("b", "k", 3, "a" * 32, "", {}, {}).md5 == "a" * 32


@pytest.fixture
def at_home(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("S3_BACKUP", "clinic-files/copies/")
    monkeypatch.setenv("REIMPORT_RUNS", str(store.made.runs))
    return store


def test_the_command_says_how_it_ended_and_where_every_copy_is_listed(
    at_home: Store,
) -> None:
    run = CliRunner().invoke

    counted = run(backup, ["--files", "--dry-run"])
    copied = run(backup, ["--files"])
    read = run(backup, ["--files", "--verify", "--sample", "2", "--seed", "3"])
    at_home.remove(f"{DOCS}5.pdf")
    back = run(backup, ["--files", "--restore", f"{DOCS}5.pdf"])

    assert "objects: 5 still to do" in counted.output
    assert "objects: 5 copied" in copied.output
    assert f"each of them: {copybook.manifest(at_home.made.runs)}" in copied.output
    assert "copies: 2 as they were" in read.output
    assert "Which: 2, seed 3" in read.output
    assert "objects: 1 put back" in back.output
    assert [done.exit_code for done in (counted, copied, read, back)] == [0, 0, 0, 0]
    for words, said in (
        ([], "of what"),
        (["--files", "--verify", "--restore", "x"], "one at a time"),
        (["--files", "--sample", "1%"], "say what --verify reads"),
    ):
        assert said in str(run(backup, words).exception)


def test_outcomes_are_counted_where_they_are_told() -> None:
    told = CopyProgress("objects", wanted=3, done=2, seconds=1.0)
    told.count("k", CopyOutcome.FAILED, "it is gone")

    assert list(told.told()) == [
        "objects: 1 failed, 1 still to do",
        "  1: it is gone",
    ]
    assert told.brief == "2 of 3; 120 a minute, about 0 s left"
