"""What a project may listen to."""

from __future__ import annotations

from django.dispatch import Signal

file_opened = Signal()
"""Somebody opens a file of a run: ``request``, ``run_id``, ``name``. It is sent before
the file is; where a receiver raises, nothing is shown."""
