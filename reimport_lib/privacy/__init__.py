"""Whether what may be shared of a run holds a person's value; knows no mask.

Imports declarations, record and files, and nothing of ``show``: what it compares with
are the texts of the snapshot's files and of the database's columns. See
``docs/reports.md``.
"""
