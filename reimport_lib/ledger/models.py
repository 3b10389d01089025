"""What imports did to this database, written in the transactions that did it.

No foreign key leads from here into the project's own tables: the record outlives the
rows that it speaks of.
"""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class LedgerRun(models.Model):
    """
    One run of the import.

    Attributes:
        run_id: name of its folder.
        reviewed: run id of the rehearsal that was approved; empty in a rehearsal.
        as_of: the run's clock, fixed when its source was frozen.
        confirmed: how a person confirmed it; empty in a rehearsal.
        gates: limits that the run was held to.
        columns: model -> the attributes that it had, in order, when the run made rows.
        origin: a random word of the run's folder; two operators may get one run_id.
        backup_digest: of the backup from before it, which no run folder can change.
        reviewed_seal: of the record of the rehearsal, as it was approved.
    """

    run_id = models.CharField(max_length=100, primary_key=True)
    mode = models.CharField(max_length=20)
    reviewed = models.CharField(max_length=100, blank=True, default="")
    as_of = models.DateTimeField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=30)
    snapshot_digest = models.CharField(max_length=64, blank=True, default="")
    confirmed = models.CharField(max_length=200, blank=True, default="")
    gates = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    columns = models.JSONField(default=dict, blank=True)
    origin = models.CharField(max_length=64, blank=True, default="")
    backup_digest = models.CharField(max_length=64, blank=True, default="")
    reviewed_seal = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = "run"
        indexes = [models.Index(fields=["-started_at"], name="ledger_run_newest")]

    def __str__(self) -> str:
        return self.run_id


class LedgerPhase(models.Model):
    """
    One finished phase of a run.

    Attributes:
        seconds: how long its transaction took.
        counts: table -> outcome -> rows.
        plan_digests: table -> sha256 of the plan that was applied.
        outcomes_sha256: of the outcomes files of the phase.
    """

    run = models.ForeignKey(LedgerRun, on_delete=models.PROTECT, related_name="phases")
    name = models.CharField(max_length=30)
    number = models.PositiveSmallIntegerField()
    finished_at = models.DateTimeField()
    seconds = models.FloatField(default=0)
    counts = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    plan_digests = models.JSONField(default=dict, blank=True)
    outcomes_sha256 = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = "phase"
        constraints = [
            models.UniqueConstraint(
                fields=["run", "name"], name="ledger_phase_once_per_run"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.number} {self.name}"


class Action(models.TextChoices):
    """
    What was done to a row, named as in the report where it counts the row.

    Two are no outcome of a source row. *Marked*: the row is as the source has it, and
    only got the import's own mark. *Emptied*: it gave up a link to a record that was
    deleted, or its place as the primary one to another record.
    """

    CREATED = "created", "created"
    UPDATED = "updated", "updated: fields changed"
    DELETED = "deleted", "deleted"
    MARKED = "marked", "marked: no field changed"
    EMPTIED = "emptied", "emptied: a link or the mark of the primary"


class BeforeImage(models.Model):
    """
    A row as it was before a run changed or deleted it, and what the run left of it.

    Attributes:
        model: ``app.Model``; object_pk: its key as text.
        action: what the run did to it; of several things, what changed most.
        values: field -> value before, as JSON; none of a row that was created.
        after: field -> value that the run left, of the fields that it changed; null
            while a phase is at work, and in images of versions that did not keep it.
        left_sha256: of a row that was created: over the values that the run left.
    """

    run = models.ForeignKey(
        LedgerRun, on_delete=models.PROTECT, related_name="before_images"
    )
    phase = models.CharField(max_length=30)
    model = models.CharField(max_length=100)
    object_pk = models.CharField(max_length=64)
    action = models.CharField(max_length=10, choices=Action)
    values = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, default=None, blank=True)
    left_sha256 = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "model", "object_pk"],
                name="ledger_before_image_once_per_run",
            ),
            models.CheckConstraint(
                condition=models.Q(action__in=Action.values),
                name="ledger_before_image_action_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.model} {self.object_pk[:8]}"


class ImportedRow(models.Model):
    """
    What an import must know of a row and the row's own model has no column for.

    Attributes:
        table: of the import, whose row it is; object_pk: the row's key as text.
        filemaker_id: canonical key in FileMaker.
        identity: names the row in plans and proofs, whatever number it has.
        import_hash: sha256 of the managed fields as last imported.
        metadata: source columns without a field of their own.
        created_at, updated_at: clock of the runs that made it and wrote it last.
    """

    table = models.CharField(max_length=100)
    filemaker_id = models.CharField("FileMaker ID", max_length=255)
    identity = models.UUIDField()
    object_pk = models.CharField(max_length=64)
    import_hash = models.CharField(max_length=64, default="", blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["table", "filemaker_id"], name="ledger_imported_row_key_once"
            ),
            models.UniqueConstraint(
                fields=["table", "object_pk"], name="ledger_imported_row_object_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.object_pk[:8]}"
