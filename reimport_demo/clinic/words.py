"""Invented words of the synthetic clinic: names, places, texts. No real person.

Pure. Phone numbers come from the ranges that the Australian regulator keeps free for
fiction; e-mail addresses from example.com and example.org.
"""

from __future__ import annotations

from random import Random

FIRST_NAMES = tuple(
    """Abel Ada Agnes Alba Amira Anton Arlo Asha Bastian Beatrix Bela Bram Calla Carys
    Cosima Dagny Dara Delia Edda Elio Elka Emre Esme Fable Farid Fenna Flora Gideon
    Greta Hana Hesper Idris Ilse Imke Ingo Isolde Jarrah Jorin Juno Kalle Katya Kiran
    Lark Leif Leonie Linus Lotte Maeve Malin Marlo Mathis Mina Mirko Nadia Nell Niko
    Noor Oda Olin Orla Oskar Pavel Perla Petra Piet Quill Rafi Rhea Romy Runa Salma
    Selma Sepp Sunniva Tamsin Tarek Thea Tilda Ulla Una Vada Vito Wanda Wim Xenia
    Yara Yusuf Zelda Zora""".split()
)
_FRONT = tuple(
    """Ash Bar Brin Cald Crel Dorn Ebb Fal Fen Glim Hal Hesk Ild Jor Kest Lark Lind
    Mard Mel Nor Oss Pell Quen Rav Rusk Sarn Sel Tarn Thrup Ull Vex Wend Wex Yar
    Zell""".split()
)
_MIDDLE = ("a", "e", "i", "o", "er", "el", "in", "ar")
_BACK = tuple(
    """bank bourne bridge cott dale den field ford gate grove ham holme hurst lock
    mere more quist ridge sby ström thal ton vale wick worth""".split()
)
TITLES = ("Mr.", "Mrs.", "Ms.", "Master", "Dr.", "Father", "Sister", "Jr.", "Brother")
TITLE_WEIGHTS = (547, 312, 125, 4, 4, 2, 2, 2, 2)
SEX_OF_TITLE = {
    **dict.fromkeys(("Mr.", "Master", "Father", "Jr.", "Brother"), "M"),
    **dict.fromkeys(("Mrs.", "Ms.", "Sister"), "F"),
}
SUBURBS = (
    ("Wattle Flat", "NSW", "2795"),
    ("Upper Creekdale", "NSW", "2999"),
    ("Port Banksia", "VIC", "3998"),
    ("Ironbark Hill", "VIC", "3997"),
    ("Coral Reach", "QLD", "4998"),
    ("Redgum Plains", "SA", "5998"),
    ("Quokka Sound", "WA", "6996"),
    ("Huonmere", "TAS", "7998"),
    ("Darter Lagoon", "NT", "0998"),
)
STREETS = (
    "Banksia Street",
    "Currawong Road",
    "Galah Lane",
    "Jacaranda Avenue",
    "Lyrebird Close",
    "Mulga Parade",
    "Pelican Terrace",
    "Wombat Way",
)
MOBILES = tuple(
    "0491" + tail
    for tail in """570006 570156 570157 570158 570159 570110 570313 570737 571266 571491
    571804 572549 572665 572983 573770 573087 574118 574632 575254 575789 576398 576801
    577426 577644 578957 578148 578888 579212 579760 579455""".split()
)
_LANDLINES = ("025550", "035550", "075550", "085550", "027010", "037010", "087010")

NOTE_TYPES = (
    "Clinical Notes",
    "Clinic Dates",
    "Order Notes",
    "Admin Notes",
    "Referral",
    "3D Scan Data",
    "Workshop Note",
)
DOCUMENT_TYPES = tuple(
    """Referral|ERF|File Notes|Purchase Order|Quote|Invoice|Receipt|Script|Card|Photo|
    Photo HEIC|Letter|Letter to GP|Report|Assessment|Consent|NDIS Plan|NDIS Agreement|
    DVA Form|Medicare Form|Order Form|Lab Sheet|Discharge Summary|X-Ray Report|Email|
    Other""".replace("\n    ", "").split("|")
)
IMAGE_TYPES = tuple(
    """Left Foot|Right Foot|Both Feet|Left Planter|Right Planter|Left Lateral|
    Right Lateral|Footwear|Gait|Wound|Scan""".replace("\n    ", "").split("|")
)
_SUBJECT = ("Left forefoot", "Right heel", "Both arches", "Left ankle", "Right hallux")
_FINDING = (
    "tender on loading",
    "pain settled since last visit",
    "callus reduced",
    "device fits well",
    "slight wear of the lateral edge",
    "range of motion improved",
)
_PLAN = (
    "Review in six weeks.",
    "Continue exercises twice a day.",
    "New cast next visit.",
    "Footwear advice given.",
    "Order sent to the workshop.",
)


def first_name(rng: Random) -> str:
    return rng.choice(FIRST_NAMES)


def last_name(rng: Random) -> str:
    middle = rng.choice(_MIDDLE) if rng.random() < 0.4 else ""
    return rng.choice(_FRONT) + middle + rng.choice(_BACK)


def landline(rng: Random) -> str:
    """Ten digits out of a range reserved for fiction."""
    return f"{rng.choice(_LANDLINES)}{rng.randrange(10_000):04d}"


def mobile(rng: Random) -> str:
    return rng.choice(MOBILES)


def international(phone: str) -> str:
    """E.164 of a ten-digit Australian number."""
    return "+61" + phone[1:]


def spaced(phone: str) -> str:
    """The way people write a number: 0491 570 006, (02) 5550 1234."""
    if phone.startswith("04"):
        return f"{phone[:4]} {phone[4:7]} {phone[7:]}"
    return f"({phone[:2]}) {phone[2:6]} {phone[6:]}"


def email(first: str, last: str, number: int) -> str:
    letters = (c for c in f"{first}{last}".lower() if c.isascii() and c.isalnum())
    return f"{''.join(letters)}{number}@example.{'org' if number % 3 else 'com'}"


def sentence(rng: Random) -> str:
    return f"{rng.choice(_SUBJECT)}: {rng.choice(_FINDING)}. {rng.choice(_PLAN)}"


def text(rng: Random) -> str:
    """One to four sentences; one text in fifty is long."""
    sentences = rng.randint(20, 60) if rng.random() < 0.02 else rng.randint(1, 4)
    return " ".join(sentence(rng) for _ in range(sentences))
