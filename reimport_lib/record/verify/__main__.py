"""The command of a dossier: see the head of ``verify.py``."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

from reimport_lib.record.verify.checking import check
from reimport_lib.record.verify.files import Files
from reimport_lib.record.verify.findings import NoEvidence, told
from reimport_lib.record.verify.statements import public_key

HELP = """
    python verify.py dossier.zip [--root HEX] [--key PUBLIC.pem]
    python verify.py FOLDER         without a word: the folder that it lies in

--root: the root of the run, as it was printed, mailed or kept in the ledger.
--key: the public key (ed25519, PEM) that must have signed.

Every file is held against the last entry that ``evidence/leaves.jsonl`` has for it; the
entries are the leaves of a Merkle tree (RFC 6962, SHA-256) whose root lies where the
folder cannot reach: in a ledger, below a signature, on paper. Exit codes: 0 nothing is
altered, 5 something is, 3 there is nothing to hold it against, 2 wrong usage.
"""


def main(words: list[str]) -> int:
    """Check the dossier or folder that *words* name; the exit code."""
    places, options = [], {"--root": "", "--key": ""}
    rest = iter(words)
    for word in rest:
        if word in options:
            options[word] = next(rest, "")
        elif word.startswith("-"):
            sys.stdout.write(HELP)
            return 0 if word in ("-h", "--help") else 2
        else:
            places.append(word)
    place = places[0] if places else str(Path(__file__).resolve().parent)
    roots = [("--root", options["--root"].lower())]
    try:
        key = b""
        if options["--key"]:
            key = public_key(Path(options["--key"]).read_bytes())
            if not key:
                raise NoEvidence(f"{options['--key']} is no ed25519 public key")
        found = check(Files(place), roots=roots if options["--root"] else (), key=key)
    except (NoEvidence, OSError, zipfile.BadZipFile) as error:
        sys.stdout.write(f"could not check: {error}\n")
        return 3
    sys.stdout.write("\n".join(told(found)) + "\n")
    return 5 if found.altered else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
