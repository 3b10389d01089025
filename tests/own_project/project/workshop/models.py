"""Whose bicycles are mended: models of people who have never heard of an import."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models


class Present(models.Manager):
    def get_queryset(self) -> Any:
        return super().get_queryset().filter(is_active=True)


class Customer(models.Model):
    full_name = models.CharField(max_length=120)
    phone = models.CharField(max_length=50, blank=True, db_column="telephone")
    customer_since = models.DateField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    contact_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    entered_on = models.DateTimeField(auto_now_add=True)
    changed_on = models.DateTimeField(auto_now=True)

    objects = Present()


class Kind(models.Model):
    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=60, unique=True)


class Machine(models.Model):
    id = models.AutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    kind = models.ForeignKey(Kind, null=True, blank=True, on_delete=models.SET_NULL)
    frame_number = models.CharField(max_length=40)
    bought_on = models.DateField(null=True, blank=True)
    wheels = models.PositiveSmallIntegerField(default=2)
    rack = models.CharField(max_length=10, db_default="none")
    listed_on = models.DateField(auto_now_add=True)

    class Meta:
        db_table = "workshop machines"
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "frame_number"], name="workshop_frame_once"
            )
        ]


class Job(models.Model):
    job_number = models.UUIDField(primary_key=True, default=uuid.uuid4)
    machine = models.ForeignKey(Machine, on_delete=models.PROTECT)
    taken_in = models.DateField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    work = models.TextField()
    hours = models.DecimalField(max_digits=4, decimal_places=2, default=0)
    under_warranty = models.BooleanField(default=False)


class Reminder(models.Model):
    """What people note down for themselves; no import knows of it."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    text = models.CharField(max_length=200)


class Label(models.Model):
    """Stuck by people on whatever has a number."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    item = GenericForeignKey()
    text = models.CharField(max_length=40)


class Supplier(models.Model):
    """Left by an earlier import, which had a column for FileMaker's key alone."""

    filemaker_id = models.CharField(max_length=60, unique=True, null=True)
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField()


class Maker(models.Model):
    name = models.CharField(max_length=120)


class Call(models.Model):
    """With a supplier or with a maker; FileMaker has one column for both."""

    supplier = models.ForeignKey(
        Supplier, null=True, blank=True, on_delete=models.CASCADE
    )
    maker = models.ForeignKey(Maker, null=True, blank=True, on_delete=models.CASCADE)
    said = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(supplier=None) ^ models.Q(maker=None),
                name="workshop_call_with_one",
            )
        ]


class Sample(models.Model):
    """A field of each kind that can be empty, and one that cannot and has a default."""

    text_empty = models.TextField(null=True)
    text_filled = models.TextField()
    word_empty = models.CharField(max_length=80, null=True)
    word_filled = models.CharField(max_length=80, default="none")
    person_empty = models.CharField(max_length=80, null=True)
    person_filled = models.CharField(max_length=80)
    phone_empty = models.CharField(max_length=50, null=True)
    phone_filled = models.CharField(max_length=50, blank=True)
    email_empty = models.EmailField(null=True)
    email_filled = models.EmailField(blank=True)
    code_empty = models.CharField(max_length=80, null=True)
    code_filled = models.SlugField()
    flag_empty = models.BooleanField(null=True)
    flag_filled = models.BooleanField(default=True)
    whole_empty = models.BigIntegerField(null=True)
    whole_filled = models.PositiveSmallIntegerField(db_default=7)
    share_empty = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    share_filled = models.FloatField(default=0.5)
    amount_empty = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    amount_filled = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    weight_empty = models.FloatField(null=True)
    weight_filled = models.FloatField(default=0)
    day_empty = models.DateField(null=True)
    day_filled = models.DateField(default=date(2000, 1, 1))
    moment_empty = models.DateTimeField(null=True)
    moment_filled = models.DateTimeField(default=datetime(2000, 1, 1, tzinfo=UTC))
    clock_empty = models.TimeField(null=True)
    clock_filled = models.TimeField(default=time(9))
    above = models.ForeignKey("self", null=True, on_delete=models.SET_NULL)
