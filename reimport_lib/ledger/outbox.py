"""What is to be told of what imports did here; ``models`` gives it to Django."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class OutboxOccasion(models.TextChoices):
    """What the database is told before the record of the run is."""

    PHASE_DONE = "phase-done", "phase done"
    APPROVAL = "approval", "waiting for approval"
    UNDONE = "undone", "undone"
    FINISHED = "finished", "finished"


class OutboxMessage(models.Model):
    """
    A message, written in the transaction of what it tells of. Never changed.

    Who gets it, and how often it was tried, is not in the database: it would go back
    with it, and wait for whoever writes here.

    Attributes:
        phase: that was done; "" for the run as a whole.
        counts: outcome -> rows, of all tables of the phase.
        evidence_root: over what was sealed of the run before the phase wrote.
    """

    run = models.ForeignKey(
        "ledger.LedgerRun", on_delete=models.PROTECT, related_name="messages"
    )
    occasion = models.CharField(max_length=20, choices=OutboxOccasion)
    phase = models.CharField(max_length=30, blank=True, default="")
    at = models.DateTimeField()
    counts = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    evidence_root = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = "notification"
        constraints = [
            models.UniqueConstraint(
                fields=["run", "occasion", "phase"], name="ledger_outbox_message_once"
            ),
            models.CheckConstraint(
                condition=models.Q(occasion__in=OutboxOccasion.values),
                name="ledger_outbox_occasion_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.occasion} {self.phase}".strip()
