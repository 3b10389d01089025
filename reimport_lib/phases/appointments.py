"""Phase 4: appointments, and the clinic's events that have no patient."""

from __future__ import annotations

from reimport_lib.phases.data import DataPhase, plan_by_rules

PHASE = DataPhase("appointments", plan_by_rules)
execute = PHASE.execute
