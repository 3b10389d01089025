"""Odd cells for every conversion: what people, spreadsheets and programs leave behind.

All invented. The same cells on every machine and in every run.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

Random = random.Random

INVISIBLE = ("\u200b", "\u200e", "\u202e", "\u2060", "\u00ad", "\ufeff", "\u2066")
BLANKS = (" ", "\t", "\u00a0", "\u3000", "\u2009", "  ")
RETURNS = ("\n", "\r", "\r\n", "\x0b", "\x1d", "_x000D_", "_x000B_")
CONTROLS = ("\x01", "\x07", "\x1b[31m", "\x7f", "\x85")
SCRIPTS = (
    "Žofie",
    "Ólafur",
    "Ngũgĩ",
    "Δήμητρα",
    "Иван",
    "דוד",
    "محمد",
    "李小龙",
    "José",
)
LOOSE = (
    *("", "-", "?", "n/a", "N/A", "none", "NULL", "nan", "unknown", "TBA", "see notes"),
    *("0", "1", "-1", "0.0", "1.0", "1e5", "1E+15", "4.9E+08", "1e309", "Infinity"),
    *("007", "1,5", "1.5", "½", "Ⅷ", "٣", "１２", "²"),  # noqa: RUF001
    *("true", "FALSE", "yes", "No", "x", "✓", "on"),
    *("=1+1", "@SUM(A1)", "+61", "-cmd", "'", '"', '""', "\\", "\\N", "%s", "{0}"),
    *("<b>x</b>", "<script>x</script>", "&amp;", "{{7*7}}", "${HOME}", "../../etc"),
    *("'; DROP TABLE x; --", "$1,000.00", "#N/A", "#VALUE!", "[mobile]", "a|b;c,d"),
    *("e\u0301", "\u0301", "ﬁ", "ß", "İ", "ſ", "👩‍⚕️", "🇦🇺", "T̵e̷x̸t"),  # noqa: RUF001
)


def dressed(text: str, rng: Random) -> str:
    """*text* with something around or inside it that people do not see or mean."""
    where = rng.randrange(len(text) + 1)
    more = rng.choice((*INVISIBLE, *BLANKS, *RETURNS, *CONTROLS))
    return rng.choice(
        (
            text,
            f" {text} ",
            f"\u00a0{text}\t",
            f"{rng.choice(INVISIBLE)}{text}{rng.choice(INVISIBLE)}",
            text[:where] + more + text[where:],
            text.upper(),
            text.lower(),
            f"{text}{rng.choice(RETURNS)}{text}",
            f"({text})",
            f"{text}?",
        )
    )


def any_text(rng: Random) -> str:
    return rng.choice((*LOOSE, *SCRIPTS, "plain words", "x" * 90, "two\nlines"))


def day(rng: Random) -> str:
    on = date(1870, 1, 1) + timedelta(days=rng.randrange(80_000))
    sep = rng.choice(("/", "-", ".", " ", " / "))
    numbers = (f"{on.day}", f"{on.day:02d}"), (f"{on.month}", f"{on.month:02d}")
    one, two = rng.choice(numbers[0]), rng.choice(numbers[1])
    return rng.choice(
        (
            on.isoformat(),
            f"{one}{sep}{two}{sep}{on.year}",
            f"{two}{sep}{one}{sep}{on.year}",
            f"{on.year}{sep}{two}{sep}{one}",
            f"{one}{sep}{two}{sep}{on.year % 100:02d}",
            f"{on:%d %B %Y}",
            f"{on:%B} {on.day}, {on.year}",
            f"{on:%d-%b-%Y}",
            f"{on.day}th {on:%b} {on.year}",
            f"{on:%B %Y}",
            f"{on.year}",
            f"about {one}/{two}/{on.year}",
            f"{one}/{two}/{on.year} - {one}/{two}/{on.year + 1}",
            f"31/02/{on.year}",
            f"0/{two}/{on.year}",
            f"{on.toordinal() - 693_594}",
            "00/00/0000",
        )
    )


def clock(rng: Random) -> str:
    hour, minute = rng.randrange(26), rng.randrange(62)
    sep = rng.choice((":", ".", "", "h", ","))
    return rng.choice(
        (
            f"{hour}{sep}{minute:02d}",
            f"{hour:02d}{sep}{minute:02d}{sep}{rng.randrange(60):02d}",
            f"{hour}:{minute:02d}:30.25",
            f"{hour % 13}{sep}{minute:02d} {rng.choice(('am', 'PM', 'p.m.', 'a'))}",
            f"{hour}{rng.choice(('am', ' pm', ''))}",
            f"{rng.random():.{rng.randrange(1, 17)}f}",
            f"{hour}.{rng.randrange(10)}",
            "1 day, 0:00:00",
            "24:00",
            "1900-01-01 10:30:00",
            "1904-01-01",
            "noon",
            "9ish",
            "--:--",
        )
    )


def stamp(rng: Random) -> str:
    offset = rng.choice(("", "", "Z", "+10:00", " +0930", " AEST"))
    between = rng.choice((" ", "T", ", ", "  ", " at "))
    return f"{day(rng)}{between}{clock(rng)}{offset}"


def phone(rng: Random) -> str:
    rest = "".join(rng.choice("0123456789") for _ in range(rng.randrange(4, 10)))
    sep = rng.choice(("", " ", "-", ".", "/", "\u2013", " - "))
    parts = sep.join((rest[:2], rest[2:5], rest[5:]))
    start = rng.choice(("04", "02", "+61 4", "0061 4", "61", "", "(03) ", "+49 30 "))
    number = f"{start}{parts}"
    return rng.choice(
        (
            number,
            f"{number} (Anna)",
            f"mum {number}",
            f"do not call {number}",
            f"{number} ext {rng.randrange(999)}",
            f"{number} x{rng.randrange(99)}",
            f"{number};ext=7",
            f"{number} or {number}",
            f"{number}/{number}",
            f"{number}\nwork",
            f"tel:{number}",
            f"0412-FLOWERS{rest[:1]}",
            f"1300 {rest}",
            f"{number}.0",
            f"{number}#",
            f"*{number}",
            number.translate(str.maketrans("0123456789", "０１２３４５６７８９")),  # noqa: RUF001
            number.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
            f"{rng.random() * 1e9:.3E}",
        )
    )


def email(rng: Random) -> str:
    local = rng.choice(("a.b", "o'hara", "x+tag", "ünï", "first last", '"q"', "a..b"))
    host = rng.choice(("Example.COM", "clinic.example", "münchen.example", "localhost"))
    address = f"{local}@{host}"
    return rng.choice(
        (
            address,
            f"{address}; c@d.example",
            f"{address}, c@d.example",
            f"mailto:{address}",
            f"Anna <{address}>",
            f"{address}.",
            address.replace("@", " at "),
            address.replace("@", "@@"),
            f"{address} (old)",
        )
    )


def digits(rng: Random) -> str:
    number = "".join(rng.choice("0123456789") for _ in range(rng.randrange(1, 14)))
    return rng.choice(
        (
            number,
            f"{number}.0",
            f"{number[:4]} {number[4:]}",
            f"{number}-1",
            f"#{number}",
        )
    )


def word(*words: str) -> Callable[[Random], str]:
    def made(rng: Random) -> str:
        one, two = rng.choice(words), rng.choice(words)
        return rng.choice(
            (
                *(one, f"{one}.", f"{one}{rng.choice(RETURNS)}{two}", f"{one}/{two}"),
                *(f"{one}, {two}", f"not {one}", f"{one} (maybe)", one[:-1]),
                one.swapcase(),
            )
        )

    return made


CELLS: dict[str, Callable[[Random], str]] = {
    "date": day,
    "birth date": day,
    "time of day": clock,
    "date and time": stamp,
    "phone": phone,
    "e-mail": email,
    "digits": digits,
    "flag": word("1", "0", "yes", "no", "true", "x", "maybe"),
    "sex": word("M", "F", "male", "Female", "Other", "non-binary", "U"),
    "title": word("Dr", "Mrs", "Prof", "Mx", "A/Prof"),
    "person name": lambda rng: rng.choice(
        (*SCRIPTS, "O'Neil", "van der  Berg", "Ann-Lea")
    ),
}
"""Conversion -> a cell of its kind; of any other, text."""


def odd_cell(convert: str, rng: Random) -> str:
    """A cell that may stand in a column that *convert* reads."""
    if rng.random() < 0.2:
        return dressed(any_text(rng), rng)
    cell = CELLS.get(convert, any_text)(rng)
    return dressed(cell, rng) if rng.random() < 0.4 else cell
