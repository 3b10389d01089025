"""Count how languages use their letters beyond ASCII, for telling character sets.

    pip install Faker
    python tools/count_letters.py > reimport_lib/read/exports/letters.txt

Counted are the names and places in the lists of Faker (MIT licence), and the words in
``letters_more.txt``, where its lists are short. A line: language, letter, how often,
and the letters before it and behind it with their counts; ``_`` is a word's edge.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

LANGUAGES = {
    "Czech": "cs_CZ",
    "Slovak": "sk_SK",
    "Polish": "pl_PL",
    "Hungarian": "hu_HU",
    "Slovene and Croatian": "sl_SI hr_HR",
    "Romanian": "ro_RO",
    "Russian and Ukrainian": "ru_RU uk_UA",
    "Bulgarian and Macedonian": "bg_BG mk_MK",
    "Serbian": "",
    "Greek": "el_GR",
    "Turkish": "tr_TR",
    "Latvian": "lv_LV",
    "Lithuanian": "lt_LT",
    "Estonian and Finnish": "et_EE fi_FI",
    "German": "de_DE de_AT de_CH",
    "French": "fr_FR fr_CH fr_QC",
    "Spanish": "es_ES es_MX es_CO",
    "Portuguese": "pt_PT pt_BR",
    "Italian": "it_IT",
    "Danish and Norwegian": "da_DK no_NO",
    "Swedish": "sv_SE",
    "Icelandic": "is_IS",
    "Irish": "ga_IE",
    "Dutch": "nl_NL",
    "Vietnamese": "vi_VN",
    "Hebrew": "he_IL",
    "Arabic": "ar_AA ar_SA ar_PS ar_DZ",
    "Thai": "th_TH",
    "Welsh": "",
    "Maltese": "",
    "Sami": "",
}
MORE = Path(__file__).with_name("letters_more.txt")
LATIN = "lj nj dž a b c č ć d đ e f g h i j k l m n o p r s š t u v z ž".split()
CYRILLIC = [
    chr(int(code, 16))
    for code in (
        "459 45a 45f 430 431 446 447 45b 434 452 435 444 433 445 438 458 43a "
        "43b 43c 43d 43e 43f 440 441 448 442 443 432 437 436 "
    ).split()
]
CAPITAL_DOTTED_I, DOTLESS_I = "\u0130", "\u0131"
_DROPPED = frozenset("format prefixes suffixes".split())


def main() -> None:
    lines = MORE.read_text(encoding="utf-8").splitlines()
    named = (line.split(": ") for line in lines)
    more = {language: set(words.split()) for language, words in named}
    for language, locales in LANGUAGES.items():
        words = {word for locale in locales.split() for word in _of_faker(locale)}
        words |= more.get(language, set())
        if language == "Serbian":
            words |= set(map(_in_cyrillic, _of_faker("hr_HR")))
        _print_counts(language, _spellings(words))


def _of_faker(locale: str) -> Iterator[str]:
    for kind in ("person", "address"):
        try:
            module = importlib.import_module(f"faker.providers.{kind}.{locale}")
        except ModuleNotFoundError:
            continue
        for name, value in vars(module.Provider).items():
            if not name.startswith("_") and not any(part in name for part in _DROPPED):
                yield from _words_in(value)


def _words_in(value: object) -> Iterator[str]:
    if isinstance(value, str) and "{{" not in value and "Ã" not in value:
        yield from re.findall(r"\w+", value)
    elif isinstance(value, (dict, list, tuple, set, frozenset)):
        for each in value:
            yield from _words_in(each)


def _in_cyrillic(word: str) -> str:
    """As Serbian writes what Croatian writes in Latin letters."""
    word = word.lower()
    for latin, cyrillic in zip(LATIN, CYRILLIC, strict=True):
        word = word.replace(latin, cyrillic)
    return word


def _spellings(words: set[str]) -> set[str]:
    """Romanian is written with commas and, in older character sets, with cedillas."""
    cedillas = str.maketrans("șțȘȚ", "şţŞŢ")
    return words | {word.translate(cedillas) for word in words}


def _print_counts(language: str, words: set[str]) -> None:
    before: dict[str, Counter[str]] = defaultdict(Counter)
    behind: dict[str, Counter[str]] = defaultdict(Counter)
    for word in words:
        text = f"_{word.replace(CAPITAL_DOTTED_I, DOTLESS_I).lower()}_"
        for place, letter in enumerate(text):
            if letter > "\x7f" and letter.isalpha():
                before[letter][text[place - 1]] += 1
                behind[letter][text[place + 1]] += 1
    for letter in sorted(before):
        counts = "\t".join(
            " ".join(f"{sign}{count}" for sign, count in sorted(side[letter].items()))
            for side in (before, behind)
        )
        times = before[letter].total()
        sys.stdout.write(f"{language}\t{letter}\t{times}\t{counts}\n")


if __name__ == "__main__":
    main()
