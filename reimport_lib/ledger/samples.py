"""Samples that people looked at, and what they said; ``models`` gives it to Django.

Rows are only added: what was drawn and what was said stays as it was.
"""

from __future__ import annotations

from django.db import models


class MarkWord(models.TextChoices):
    """What a person said of a record that both sides were shown of."""

    OK = "ok", "ok: the database has what FileMaker has"
    NOT_OK = "not ok", "not ok: it does not"
    OPEN = "open", "open: what was said before is withdrawn"


class SampleDraw(models.Model):
    """
    The sample of one table of a run, as a seed drew it.

    Attributes:
        lot: rows of the run that came in; size: rows that the seed drew of them.
        allowed: wrong ones with which it passes; wrong: wrong rows of the lot that a
            passed sample speaks against, in all but *risk* of cases.
        rows: numbers of the rows that the seed drew; others: those of the panel, and
            those picked by risk.
    """

    run_id = models.CharField(max_length=100)
    table = models.CharField(max_length=100)
    seed = models.CharField(max_length=100)
    lot = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    allowed = models.PositiveIntegerField()
    wrong = models.PositiveIntegerField()
    risk = models.FloatField()
    rows = models.JSONField()
    others = models.JSONField()
    drawn_at = models.DateTimeField()

    class Meta:
        verbose_name = "sample"
        constraints = [
            models.UniqueConstraint(
                fields=["run_id", "table", "seed", "size"],
                name="ledger_sample_draw_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.table} {self.size}"


class SampleMark(models.Model):
    """
    What a person said of one record of a sample; the newest counts, older ones stay.

    Attributes:
        row: its number in the export; key: its FileMaker key.
        source_digest, target_digest: of what both sides were as they were shown.
    """

    run_id = models.CharField(max_length=100)
    table = models.CharField(max_length=100)
    row = models.PositiveIntegerField()
    key = models.TextField("FileMaker ID", blank=True, default="")
    word = models.CharField(max_length=10, choices=MarkWord)
    remark = models.TextField(blank=True, default="")
    source_digest = models.CharField(max_length=64)
    target_digest = models.CharField(max_length=64, blank=True, default="")
    marked_by = models.CharField(max_length=200)
    marked_at = models.DateTimeField()

    class Meta:
        verbose_name = "mark on a sample"
        verbose_name_plural = "marks on samples"
        indexes = [models.Index(fields=["run_id"], name="ledger_sample_mark_of")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(word__in=MarkWord.values),
                name="ledger_sample_mark_word_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.word} {self.table} {self.row}"


class PanelMember(models.Model):
    """
    A record that is looked at every time.

    Attributes:
        key: its FileMaker key.
        replaces: key of the member that was gone when it was chosen; "" for none.
        run_id: the run in whose sample it was chosen.
    """

    table = models.CharField(max_length=100)
    key = models.CharField("FileMaker ID", max_length=255)
    replaces = models.CharField(max_length=255, blank=True, default="")
    run_id = models.CharField(max_length=100)
    chosen_at = models.DateTimeField()

    class Meta:
        verbose_name = "member of a panel"
        verbose_name_plural = "members of panels"
        indexes = [models.Index(fields=["table"], name="ledger_panel_member_of")]

    def __str__(self) -> str:
        return f"{self.table} {self.key[:8]}"
