"""A character set is told by evidence, or not at all: never a wrong one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from reimport_lib.config import load_settings
from reimport_lib.errors import SettingsError, SourceError
from reimport_lib.read.exports import charsets

from . import invented_exports
from .charset_corpus import Export, measure, sentence

DOCS = Path(__file__).parents[2] / "docs/sources.md"


def decided(folder: Path, content: bytes, *, asked: str = "") -> charsets.Charset:
    path = folder / "Contacts.csv"
    path.write_bytes(content)
    return charsets.decide(path, asked=asked)


@pytest.fixture(scope="module")
def outcomes() -> dict[Export, str]:
    return measure()


def test_no_file_of_the_corpus_is_read_wrongly(outcomes: dict[Export, str]) -> None:
    wrong = [
        (each.language, each.codec, each.rows)
        for each, outcome in outcomes.items()
        if outcome == "wrong"
    ]

    assert wrong == []


def test_no_file_of_people_who_served_no_tuning_is_read_wrongly() -> None:
    found = invented_exports.measure(fold=1, every=97)

    assert [each for each, outcome in found.items() if outcome == "wrong"] == []
    assert Counter(found.values())["right"] > len(found) / 3


def test_the_figures_are_those_of_the_documentation(
    outcomes: dict[Export, str],
) -> None:
    stated = " ".join(DOCS.read_text(encoding="utf-8").split())

    assert sentence(Counter(outcomes.values())) in stated
    long = Counter(o for each, o in outcomes.items() if each.rows >= 60)
    assert f"from 60 rows on {long['right']:,} of {long.total():,} are told" in stated


def test_czech_names_are_not_taken_for_western_ones(tmp_path: Path) -> None:
    names = "Zbyněk Dvořák;Jiří Kučera;Ondřej Němec;Růžena Žižková;Luděk Šťastný"
    text = "id,name\r\n" + "".join(f"7,{name}\r\n" for name in names.split(";"))

    found = decided(tmp_path, text.encode("cp1250"))

    assert found.name == "Windows-1250"


def test_sets_that_read_every_cell_alike_do_not_compete(tmp_path: Path) -> None:
    text = (
        "id,name\r\n1,José García\r\n2,Andrés Gómez\r\n3,Inés Páez\r\n4,Ramón López\r\n"
    )

    found = decided(tmp_path, text.encode("cp1250"))

    assert text.encode("cp1250").decode(found.codec) == text


def test_little_evidence_is_none_and_the_candidates_are_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be told") as refused:
        decided(tmp_path, "id,name\r\n1,Kovač\r\n".encode("cp1250"))

    assert "REIMPORT_CHARSET" in refused.value.hint
    assert "windows-1250" in refused.value.hint


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("ann;smith,пётр;ухов,пётр;ухов", "mac_cyrillic"),  # one letter differs
        ("пётр;ухов,тихон;жигалов,пётр;ухов", "cp866"),
        ("ann;smith,trân;thi,hô;quôc bao,lê;thuy", "mac_roman"),
        ("ann;smith,hô;quôc bao,ann;smith", "mac_roman"),
    ],
)
@pytest.mark.parametrize("times", [1, 3, 10])
def test_few_letters_in_capitals_are_never_taken_for_those_of_another_set(
    tmp_path: Path, text: str, codec: str, times: int
) -> None:
    rows = "".join(f"7;{name};\r\n" for name in text.upper().split(",") * times)
    content = f"id;first;last;note\r\n{rows}".encode(codec)

    try:
        found = decided(tmp_path, content)
    except SourceError:
        return
    assert content.decode(found.codec) == content.decode(codec)


@pytest.mark.parametrize(
    "names",
    [
        "Mariëlle;Koëvs,Andreä;Zeëls,Tjeerd;Zeëls,Mariëlle;Koëvker",
        "gaëlle;zeëlstra,andreä;koëvs",
    ],
)
def test_two_signs_in_a_row_are_not_likelier_than_two_letters(
    tmp_path: Path, names: str
) -> None:
    """``één`` in DOS 850 reads as ``²²n`` in the Macintosh's Greek."""
    rows = "".join(
        f"7;{name};Knieënweg 12;één dochter\r\n" for name in names.split(",")
    )
    content = f"id;first;last;address;notes\r\n{rows}".encode("cp850")

    try:
        found = decided(tmp_path, content)
    except SourceError:
        return
    assert content.decode(found.codec) == content.decode("cp850")


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("IRMÃO LEITÃO,SEBASTIÃO GALVÃO,GONÇALO MOURÕES,INÊS FEIJÃO", "cp860"),
        ("irmão leitão,sebastião galvão,gonçalo mourões,inês feijão", "cp860"),
        ("HÉLÈNE TRÊVE,ZOÉ TRÉVER,RÉGIS DÉCHÊNE,NOÉ CHÊNE", "cp863"),
        ("שלומית כרמלי,גילה דקלון,חנה אלונית,ברוך גפני", "cp1255"),
        ("siôn gŵen,llŷr tŷdd,mâbli rhŷs,iôn dŵran", "iso8859_14"),
        ("שרה כהן,דוד לוי,יעקב מזרחי,רחל פרץ,משה ביטון,אסתר דהן", "cp1255"),
        ("محمد علي,فاطمة حسن,يوسف إبراهيم,خديجة أحمد", "cp1256"),
        ("山田太郎,佐藤花子,鈴木一郎,タナカ ヨシコ", "shift_jis"),
        ("王小明,李娜,张伟,陈静,赵丽颖,刘洋", "gbk"),
        ("김철수,이영희,박지민,최수진", "euc_kr"),
        ("สมชาย ใจดี,สมหญิง รักไทย,ประเสริฐ", "tis_620"),
    ],
)
def test_a_set_that_is_never_told_is_refused(
    tmp_path: Path, text: str, codec: str
) -> None:
    for times in (1, 5):
        names = enumerate(text.split(",") * times)
        rows = "".join(f"{row},{name}\r\n" for row, name in names)

        with pytest.raises(SourceError, match="cannot be told"):
            decided(tmp_path, f"id,name\r\n{rows}".encode(codec))


@pytest.mark.parametrize(
    "name",
    [
        *("zlib", "base64", "rot13", "hex", "bz2", "idna", "punycode"),
        *("unicode_escape", "undefined", "no-such", "x" * 300, "utf-8\0", "ü"),
    ],
)
def test_what_is_no_character_set_is_one_clear_line(name: str) -> None:
    with pytest.raises(SettingsError, match=r"not a character set|control") as refused:
        load_settings({"REIMPORT_CHARSET": name})

    assert len(str(refused.value)) < 250


def test_a_set_that_makes_controls_of_letters_is_doubted(tmp_path: Path) -> None:
    content = "id,name\r\n1,Zoë Šmíd \u2013 ok\r\n".encode("cp1252")

    doubted = decided(tmp_path, content, asked="iso-8859-1")

    assert doubted.confidence == 0
    assert "2 characters of it are controls" in doubted.evidence
    assert decided(tmp_path, content, asked="windows-1252").confidence == 1
