"""Tests of the files that come out of containers."""
