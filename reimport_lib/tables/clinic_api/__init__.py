"""What the clinic's REST API must answer: the module of API checks of these tables.

Above ``prove``, unlike the tables beside it; ``registry.api_checks`` loads it by the
name that ``tables.clinic`` gives.
"""

from __future__ import annotations

from reimport_lib.tables.clinic_api.functional import check_functional

check = check_functional
