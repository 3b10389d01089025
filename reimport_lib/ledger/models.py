"""What imports did to this database, written in the transactions that did it.

No foreign key leads from here into the project's own tables: the record outlives the
rows that it speaks of.
"""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from reimport_lib.ledger.lookups import PseudonymLookup as PseudonymLookup
from reimport_lib.ledger.outbox import OutboxMessage as OutboxMessage
from reimport_lib.ledger.row_decisions import RowDecision as RowDecision
from reimport_lib.ledger.samples import PanelMember as PanelMember
from reimport_lib.ledger.samples import SampleDraw as SampleDraw
from reimport_lib.ledger.samples import SampleMark as SampleMark


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
        pruned_at: when its before-images were taken out of the ledger; pruned: model ->
            action -> how many they were.
        reviewed_seal: of the record of the rehearsal, as it was approved.
        reviewed_root: over all that the rehearsal left, as it was approved.
        evidence_root: over all that the run left, when it was closed.
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
    pruned_at = models.DateTimeField(null=True, blank=True)
    pruned = models.JSONField(default=dict, blank=True)
    reviewed_root = models.CharField(max_length=64, blank=True, default="")
    evidence_root = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = "run"
        indexes = [models.Index(fields=["-started_at"], name="ledger_run_newest")]

    def __str__(self) -> str:
        return self.run_id


class Fence(models.Model):
    """
    Who writes to this database: one row, of which each writer makes a new epoch.

    Attributes:
        epoch: counts the holders. Unique, so that taking the fence waits for whoever
            writes behind it, and a sign of life does not.
        holder: a random word of the run, or of the command.
        what: run id, or what the command does.
        host, pid, user: whose process it is.
        heartbeat_at: its last sign of life, where it gives them here (``write.hold``).
        released: the holder needs it no more.
    """

    only = models.PositiveSmallIntegerField(primary_key=True, default=1)
    epoch = models.PositiveIntegerField(unique=True)
    holder = models.CharField(max_length=64)
    what = models.CharField(max_length=200)
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    user = models.CharField(max_length=255)
    taken_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    released = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(only=1), name="ledger_fence_only_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.epoch} {self.what}"


class LedgerPhase(models.Model):
    """
    One finished phase of a run.

    Attributes:
        seconds: how long its transaction took.
        counts: table -> outcome -> rows.
        plan_digests: table -> sha256 of the plan that was applied.
        outcomes_sha256: of the outcomes files of the phase.
        evidence_root: over what was sealed of the run before the phase wrote.
    """

    run = models.ForeignKey(LedgerRun, on_delete=models.PROTECT, related_name="phases")
    name = models.CharField(max_length=30)
    number = models.PositiveSmallIntegerField()
    finished_at = models.DateTimeField()
    seconds = models.FloatField(default=0)
    counts = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    plan_digests = models.JSONField(default=dict, blank=True)
    outcomes_sha256 = models.CharField(max_length=64, blank=True, default="")
    evidence_root = models.CharField(max_length=64, blank=True, default="")

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
        base: of an imported row: its ``RowBase.left`` before the run; "" for none.
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
    base = models.TextField(default="", blank=True)

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


class SignOff(models.Model):
    """
    A limit that somebody opened: who, why and until when. Never deleted nor changed.

    Attributes:
        table, gate: of ``plan.gates``; ``*`` as table: of every one.
        value: the limit in place of the declared one.
        until: the last day on which a run may lean on it, in the clinic's zone.
        digest: sha256 over all of the above and when it was made.
        withdrawn_at, withdrawn_by, withdrawn_why: set once, where somebody withdrew it.
    """

    table = models.CharField(max_length=100)
    gate = models.CharField(max_length=60)
    value = models.FloatField()
    why = models.CharField(max_length=500)
    by = models.CharField(max_length=200)
    until = models.DateField()
    at = models.DateTimeField()
    digest = models.CharField(max_length=64, unique=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True, default=None)
    withdrawn_by = models.CharField(max_length=200, blank=True, default="")
    withdrawn_why = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        verbose_name = "sign-off"
        indexes = [models.Index(fields=["table", "gate"], name="ledger_sign_off_of")]

    def __str__(self) -> str:
        return f"{self.table}.{self.gate}={self.value:g}"


class SignOffUse(models.Model):
    """
    A phase of a run that a sign-off let through, and the figure that it let through.

    Attributes:
        place: ``TABLE.GATE`` that was measured.
        figure: a fraction, or rows.
    """

    sign_off = models.ForeignKey(SignOff, on_delete=models.PROTECT, related_name="uses")
    run = models.ForeignKey(
        LedgerRun, on_delete=models.PROTECT, related_name="sign_offs"
    )
    phase = models.CharField(max_length=30)
    place = models.CharField(max_length=161)
    figure = models.FloatField()

    class Meta:
        verbose_name = "use of a sign-off"
        verbose_name_plural = "uses of sign-offs"
        constraints = [
            models.UniqueConstraint(
                fields=["run", "phase", "place"], name="ledger_sign_off_use_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.phase} {self.place}"


class RowBase(models.Model):
    """
    What the last import left of a row, field by field: the base of a three-way merge.

    It stays when people delete the row, and so tells that they did.

    Attributes:
        table: of the import, whose row it is; object_pk: the row's key as text.
        filemaker_id: canonical key in FileMaker.
        left: digests of its managed fields; see ``plan.bases``.
    """

    table = models.CharField(max_length=100)
    object_pk = models.CharField(max_length=64)
    filemaker_id = models.CharField("FileMaker ID", max_length=255)
    left = models.TextField()

    class Meta:
        verbose_name = "base of a row"
        verbose_name_plural = "bases of rows"
        constraints = [
            models.UniqueConstraint(
                fields=["table", "object_pk"], name="ledger_row_base_object_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.object_pk[:8]}"


class RulingWord(models.TextChoices):
    """What a person decided about one field, or one row; *ask* takes it back."""

    KEEP = "keep", "keep: what the backend has stays"
    TAKE = "take", "take: what FileMaker has is taken"
    ASK = "ask", "ask: an earlier ruling is withdrawn"


class Decision(models.Model):
    """
    A person's ruling on a conflict; the newest on a field counts, older ones stay.

    It is applied by every import until the source says something else.

    Attributes:
        table: of the import; key: canonical FileMaker key of the row.
        field: a managed field, or what happened to the row (``tables.merging``).
        source_digest: of what FileMaker said when it was decided; see ``plan.bases``.
        decided_by, reason: who decided and why, in their own words.
        run_id: the run that had asked.
    """

    table = models.CharField(max_length=100)
    key = models.CharField("FileMaker ID", max_length=255)
    field = models.CharField(max_length=100)
    source_digest = models.CharField(max_length=64)
    ruling = models.CharField(max_length=10, choices=RulingWord)
    decided_by = models.CharField(max_length=200)
    reason = models.TextField(blank=True, default="")
    decided_at = models.DateTimeField()
    run_id = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["table", "key", "field"], name="ledger_decision_on")
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ruling__in=RulingWord.values),
                name="ledger_decision_ruling_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ruling} {self.table}.{self.field}"
