"""Records and containers that misbehave: one line each, and the others come."""

from __future__ import annotations

from pathlib import Path

import pytest

from reimport_lib.errors import SourceError
from reimport_lib.files.ledger import Line, Outcome
from reimport_lib.files.transfer import transfer
from tests.files.hostile import file, lines, refusing, serving
from tests.sources.servers import QUICK

DOCUMENTS = ("documents",)


def outcomes(found: list[Line]) -> list[Outcome]:
    return [line.outcome for line in found]


def test_the_second_record_of_a_key_fails_in_every_run(
    bucket: dict[str, str], tmp_path: Path
) -> None:
    with serving(("X1", file()), ("x1", file()), ("X2", file())) as hostile:
        made = hostile.settings(tmp_path, bucket)
        for _ in range(2):
            transfer(made, tables=DOCUMENTS, patience=QUICK)

            first, second, third = lines(made)
            assert outcomes([first, third]) == [Outcome.STORED] * 2
            assert second.outcome is Outcome.FAILED
            assert second.why == "another record has the same key"
            assert second.object_key == ""
        assert hostile.asked == {1: 1, 3: 1}


@pytest.mark.parametrize("key", ["L" * 1_100, "ü" * 510, "two\nlines", "a/b", "a.b"])
def test_a_key_that_is_no_name_is_a_line_and_the_others_come(
    bucket: dict[str, str], tmp_path: Path, key: str
) -> None:
    with serving((key, file()), ("last", file())) as hostile:
        made = hostile.settings(tmp_path, bucket)

        transfer(made, tables=DOCUMENTS, patience=QUICK)

        first, last = lines(made)
        assert first.why == "its key cannot be the name of an object"
        assert last.outcome is Outcome.STORED
        assert set(hostile.asked) == {2}


def test_objects_that_s3_does_not_take_are_lines_until_there_are_many(
    bucket: dict[str, str], tmp_path: Path
) -> None:
    records = [(f"D{number}", file()) for number in range(7)]
    with refusing("BadDigest") as s3, serving(*records) as hostile:
        made = hostile.settings(tmp_path, bucket | {"S3_ENDPOINT_URL": s3})

        with pytest.raises(SourceError) as caught:
            transfer(made, tables=DOCUMENTS, patience=QUICK)

        assert caught.value.message == "S3 does not take the object (BadDigest)."
        assert [line.why for line in lines(made)] == [caught.value.message] * 5
        assert set(hostile.asked.values()) == {1}


def test_a_bucket_that_may_not_be_written_stops_at_the_first_file(
    bucket: dict[str, str], tmp_path: Path
) -> None:
    with refusing("AccessDenied", 403) as s3, serving(("D", file())) as hostile:
        made = hostile.settings(tmp_path, bucket | {"S3_ENDPOINT_URL": s3})

        with pytest.raises(SourceError) as caught:
            transfer(made, tables=DOCUMENTS, patience=QUICK)

        assert "s3:PutObject" in caught.value.hint
        assert lines(made) == []


def test_records_deleted_meanwhile_are_empty_and_no_fault_of_the_server(
    bucket: dict[str, str], tmp_path: Path
) -> None:
    records = [(f"D{number}", file()) for number in range(7)]
    with serving(*records) as hostile:
        made = hostile.settings(tmp_path, bucket)
        hostile.gone = set(range(1, 7))

        ended = transfer(made, tables=DOCUMENTS, patience=QUICK)["documents"]

    assert ended.counts == {Outcome.EMPTY: 6, Outcome.STORED: 1}
