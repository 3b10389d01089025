"""Frames that are read once, and not held all together where they are large."""

from __future__ import annotations

import pandas as pd

from reimport_lib.prove.recent import RecentFrames


def frame_of(name: str) -> pd.DataFrame:
    return pd.DataFrame({name: range(4)})


def test_what_is_held_is_not_read_again() -> None:
    frames = RecentFrames(rows=100)

    first = frames.get("a", frame_of)

    assert frames.get("a", lambda _: pd.DataFrame()) is first


def test_those_used_longest_ago_are_let_go() -> None:
    frames = RecentFrames(rows=8)
    for name in ("a", "b", "a", "c"):
        assert list(frames.get(name, frame_of).columns) == [name]

    assert [name for name in "abc" if name in frames] == ["a", "c"]


def test_the_newest_is_held_however_large() -> None:
    frames = RecentFrames(rows=3)

    for name in ("a", "b"):
        assert len(frames.get(name, frame_of)) == 4

    assert [name for name in "ab" if name in frames] == ["b"]
