"""All that phase 8 asks of one table, so that another process may answer for it."""

from __future__ import annotations

from reimport_lib.prove.counts import counts_of_table
from reimport_lib.prove.doubled import doubled_of_table
from reimport_lib.prove.evidence import Answers, Evidence, TableQuestion
from reimport_lib.prove.fields import fields_of_table
from reimport_lib.prove.links import links_of_table

QUESTIONS: tuple[TableQuestion, ...] = (
    counts_of_table,
    doubled_of_table,
    fields_of_table,
    links_of_table,
)


def ask(evidence: Evidence, table: str) -> Answers:
    """Module of each question -> the checks that it makes of *table*."""
    for question in QUESTIONS:
        evidence.answer(question, table)
    return evidence.answers(table)
