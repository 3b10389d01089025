"""What counts as a person's value in a text, however it is disguised, and what not."""

from __future__ import annotations

import pytest

from reimport_lib.counting import MANY_ROWS
from reimport_lib.privacy import canary, folding, scan, sheets, views
from reimport_lib.privacy.index import Index
from reimport_lib.privacy.matching import Matcher
from reimport_lib.privacy.values import (
    DAYS,
    HIDDEN,
    KEYS,
    NAMES,
    OPEN,
    WORDS,
    PersonValues,
)


def found(
    text: str, *values: str, kind: str = NAMES, rows: int = 1, common: str = ""
) -> list[str]:
    """What is told of *values* of *kind* where *text* is shared."""
    shared, known = Index(), Index()
    shared.add_all(views.views(text))
    known.add_all(views.views(common))
    matcher = Matcher(shared, known)
    matcher.match(PersonValues("people.x", kind, dict.fromkeys(values, rows)))
    return [" ".join(form[1:]) for form in matcher.told()]


@pytest.mark.parametrize(
    "text",
    [
        "<td>Ørsted-Müller</td>",
        "orsted muller".replace("o", "ø", 1).replace("u", "u\u0308", 1),
        "ØRSTED &#45; M&uuml;ller",
        '{"a": "\\u00d8rsted-M\\u00fcller"}',
        "?name=%C3%98rsted%2DM%C3%BCller",
        "Ør<b>sted</b>&shy; M\u200füller",
        "<p title='Ørsted Müller'></p>",
        "&amp;Oslash;rsted M&amp;uuml;ller",
    ],
)
def test_a_name_is_found_in_each_spelling(text: str) -> None:
    assert "ørsted muller" in found(text, "Ørsted-Müller")


def test_words_of_codes_are_found_where_few_rows_say_them() -> None:
    code = "7676c482-388b-4b98-adbb-4b482ec873ef"
    for said, told in (
        ("Quandt", "quandt"),
        ("Zephyrina Quandt", "zephyrina quandt"),
        (code, code.replace("-", "")),
    ):
        assert found(f"is {said}", said, kind=WORDS, rows=MANY_ROWS - 1) == [told]
        assert found(f"is {said}", said, kind=WORDS, rows=MANY_ROWS) == []
        assert found(f"is {said}", said, kind=WORDS, common=said) == []


def test_what_a_column_of_codes_says_often_is_a_category_in_each_other() -> None:
    shared = Index()
    shared.add("<td>Quandt</td>")
    matcher = Matcher(shared, Index())
    matcher.match(PersonValues("people.last", NAMES, {"Quandt": 1}))

    assert matcher.told()
    matcher.match(PersonValues("people.kind", WORDS, {"Quandt": MANY_ROWS}))
    assert matcher.told() == {}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("(02) 5550 1234", "call 0255501234 now"),
        ("+61 491 570 156", "<td>0491 570 156</td>"),
        ("0491570156", "+61 (491) 570-156"),
        ("2123 45670 1", "2123456701"),
    ],
)
def test_a_number_is_found_however_it_is_grouped(value: str, text: str) -> None:
    assert found(text, value, kind=HIDDEN)


@pytest.mark.parametrize(
    "text", ["1931-07-04", "4/7/1931", "04.07.1931", "4 July 1931", "Jul 4, 1931"]
)
def test_a_day_is_found_in_each_order(text: str) -> None:
    assert found(f"<td>{text}</td>", "1931-07-04", kind=DAYS)


def test_a_part_of_a_longer_text_is_found() -> None:
    note = "Left heel: pain has settled since the last visit. New cast next time."

    assert found("it says pain has settled since the rest", note, kind=HIDDEN)
    assert not found("it says pain has settled again", note, kind=HIDDEN)


def test_names_in_other_scripts_are_found() -> None:
    assert found("<p>王小明</p>", "王小明")
    assert found("<p>иванов</p>", "Иванов")


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("1 of 12 rows, no", "1", HIDDEN),
        ("1 of 12 rows, no", "no", HIDDEN),
        ("Ann is 3", "Ann", NAMES),
        ("1042 rows", "1042", KEYS),
        ("2,123,456 bytes", "2123456", HIDDEN),
        ("M12.345678 44.1 55.2", "12345678", HIDDEN),
        ("p-12345678", "12345678", KEYS),
        (f"sha256 {'a1b2' * 16}", "a1b2", KEYS),
        ("at 2026-11-30 06:22:10", "2026-11-30 06:22:10", HIDDEN),
    ],
)
def test_what_tells_nothing_of_anybody_is_no_alarm(
    text: str, value: str, kind: str
) -> None:
    assert found(text, value, kind=kind) == []


def test_what_the_program_says_itself_is_no_alarm() -> None:
    assert found("the page of a run", "Page", common="a page") == []
    assert found("of Rose Page", "Rose Page", common="a rose; a page")


def test_what_many_rows_say_is_a_category_but_a_name_never() -> None:
    assert found("is Diabetic", "Diabetic", kind=HIDDEN, rows=MANY_ROWS) == []
    assert found("is Diabetic", "Diabetic", kind=HIDDEN, rows=MANY_ROWS - 1)
    assert found("is Nguyen", "Nguyen", kind=NAMES, rows=MANY_ROWS * 50)


def test_what_is_a_persons_by_its_form_needs_no_value() -> None:
    assert found("mail jo.doe@clinic.example.org") == ["jo.doe@clinic.example.org"]
    assert found("born 4/7/1931") == ["born 4/7/1931"]
    assert found("call +61 491 570 156") == ["+61 491 570 156"]


def test_days_that_anybody_may_see_are_no_days_of_birth() -> None:
    shared = Index()
    shared.add("seen on 2015-03-04 and 2016-05-06")
    matcher = Matcher(shared, Index())
    matcher.match(PersonValues("visits.day", OPEN, {"2015-03-05": 1}))
    matcher.match(PersonValues("people.born", DAYS, {"2015-03-04": 1, "6/5/2016": 1}))

    (form,) = matcher.told()
    assert int(form[1]) in set(folding.days("2016-05-06"))


def test_a_sheet_tells_keys_that_are_no_pseudonyms() -> None:
    sheet = sheets.read(b"table,key,note\na,p-0123abcd,\na,1042,Rose Page\na,,\n")

    assert sheet is not None
    assert sheet.plain_keys == 1
    assert sheet.text.splitlines() == ["table,key,note", "a", "Rose Page"]


def test_text_that_is_embedded_in_a_picture_is_read() -> None:
    chunk = b"tEXtTitle\0of Larkerridge"
    data = b"\x89PNG\r\n\x1a\n" + (len(chunk) - 4).to_bytes(4, "big") + chunk + b"0000"

    assert "of Larkerridge" in "".join(
        views.pieces(canary.Path("x.png"), data).__next__()
    )


def test_a_name_is_told_from_the_hex_of_a_key_where_it_is_counted(
    tmp_path: canary.Path,
) -> None:
    key = "0a5f1c9e-edda-4c1b-9d7e-0123456789ab"
    (tmp_path / "rows.csv").write_text(f"table,id\na,{key}\n")
    (tmp_path / "page.html").write_text(f"<p>{key}</p><p>Edda</p>")
    names = [PersonValues("people.x", NAMES, {"Edda": 1})]

    made = scan.scan(tmp_path, names, written={}, known=())

    assert [(leak.name, dict(leak.kinds)) for leak in made.leaks] == [
        ("page.html", {"names (people.x)": 1})
    ]
    assert (made.files, made.blind) == (2, ())
