"""Names that the backend does not know: by what the cells say, blanks left out."""

from uuid import UUID

import pandas as pd

from reimport_lib.checks import Verdict
from reimport_lib.counting import MANY_ROWS
from reimport_lib.plan.context import Directory, Known
from reimport_lib.plan.directories import directory_checks
from reimport_lib.tables import registry

CLINIC = UUID(int=1)
KNOWN = Known(
    directories={"clinics": Directory({"cal-1": CLINIC}, {"north clinic": CLINIC})}
)


def checked(*calendars: str, many: int = 1) -> tuple[Verdict, str]:
    mapping = registry.sources()["appointments"]
    required = [column.names[0] for column in mapping.all_fields if column.required]
    frame = pd.DataFrame(
        dict.fromkeys(required, "1") | {"idCal": list(calendars)}, dtype="str"
    )
    check = directory_checks(mapping, frame, KNOWN, many=many)[0]
    return check.verdict, check.actual


def test_blank_cells_name_nothing() -> None:
    assert checked("CAL-1", "", " ", "\xa0", " \xa0 ") == (
        Verdict.PASS,
        "0 of 1",
    )


def test_the_same_name_between_other_blanks_is_one() -> None:
    assert checked("CAL-2", " CAL-2 ", "CAL-2\xa0", "CAL-1") == (
        Verdict.WARN,
        "1 of 2: CAL-2",
    )


def test_what_few_rows_say_is_counted_and_not_shown() -> None:
    many = ["CAL-2", " CAL-2\xa0"] * (MANY_ROWS // 2)

    assert checked(*many, "Typed Name", many=MANY_ROWS) == (
        Verdict.WARN,
        "2 of 2: CAL-2; 1 in fewer than 20 rows each",
    )
    assert checked(*many[1:], many=MANY_ROWS)[1] == (
        "1 of 1; 1 in fewer than 20 rows each"
    )


def test_a_name_that_nobody_knows_is_said_where_its_key_is_blank() -> None:
    mapping = registry.sources()["patients"]
    names = {column.name: column.names[0] for column in mapping.all_fields}
    required = [column.names[0] for column in mapping.all_fields if column.required]
    frame = pd.DataFrame(
        dict.fromkeys(required, "1")
        | {
            names["clinic_key"]: ["", "cal-9", "cal-9", ""],
            names["clinic_name"]: ["Far Clinic", "", "Far Clinic", ""],
        },
        dtype="str",
    )

    check = directory_checks(mapping, frame, KNOWN, many=1)[0]

    assert (check.verdict, check.actual) == (
        Verdict.WARN,
        "2 of 2: Far Clinic, cal-9",
    )
