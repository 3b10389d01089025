"""Phase 5: clinical notes, text messages sent, and their replies."""

from __future__ import annotations

from reimport_lib.phases.data import DataPhase, plan_by_rules

PHASE = DataPhase("notes", plan_by_rules)
execute = PHASE.execute
