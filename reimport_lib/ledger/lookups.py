"""Who looked a record up by its pseudonym; ``models`` gives it to Django."""

from __future__ import annotations

from django.db import models


class WayOfLookup(models.TextChoices):
    """What was given, and what was asked for."""

    PSEUDONYM = "pseudonym", "whose pseudonym it is"
    KEY = "key", "the pseudonym of a FileMaker key"


class PseudonymLookup(models.Model):
    """
    Somebody asked which record a pseudonym stands for, or the other way round.

    What it stands for is not in it. Never deleted nor changed.

    Attributes:
        pseudonym: as reports show it.
        by: who asked, as they said it, and the account that typed.
    """

    pseudonym = models.CharField(max_length=20)
    asked = models.CharField(max_length=10, choices=WayOfLookup)
    by = models.CharField("asked by", max_length=200)
    at = models.DateTimeField("asked at")

    class Meta:
        verbose_name = "look-up of a pseudonym"
        verbose_name_plural = "look-ups of pseudonyms"
        indexes = [models.Index(fields=["pseudonym"], name="ledger_lookup_of")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(asked__in=WayOfLookup.values),
                name="ledger_lookup_way_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.by} looked up {self.pseudonym}"
