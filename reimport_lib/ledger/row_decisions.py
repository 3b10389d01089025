"""What people said of rows in worklists; ``models`` gives it to Django."""

from __future__ import annotations

from django.db import models


class RowWord(models.TextChoices):
    """What a person said of a row that stays out or is doubted; *ask* takes it back."""

    EXPECTED = "expected", "expected: it is right as it is"
    FIX = "fix", "fix: it will be mended in FileMaker"
    RIGHT = "right", "right: of the rows that share its key, this one is right"
    OTHER = "other", "other: another row that shares its key is right"
    BOTH = "both", "both: each row that shares the key is a record of its own"
    ASK = "ask", "ask: what was said before is withdrawn"


class RowDecision(models.Model):
    """
    What a person said of a row in a worklist; the newest counts, older ones stay.

    No plan depends on it: it says in later reports that the row is known.

    Attributes:
        key: canonical FileMaker key, of a stored file its name; "" for none.
        code: the reason or the note that the row had.
        source_digest: of what FileMaker said then; it counts as long as it says so.
        until: the last day on which it counts, in the clinic's zone; null: no last one.
        run_id: the run whose worklist it was.
    """

    table = models.CharField(max_length=100)
    key = models.TextField("FileMaker ID", blank=True, default="")
    code = models.CharField(max_length=40)
    source_digest = models.CharField(max_length=64)
    word = models.CharField(max_length=10, choices=RowWord)
    decided_by = models.CharField(max_length=200)
    remark = models.TextField(blank=True, default="")
    until = models.DateField(null=True, blank=True, default=None)
    decided_at = models.DateTimeField()
    run_id = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        verbose_name = "decision on a row"
        verbose_name_plural = "decisions on rows"
        indexes = [models.Index(fields=["table"], name="ledger_row_decision_on")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(word__in=RowWord.values),
                name="ledger_row_decision_word_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.word} {self.table} {self.code}"
