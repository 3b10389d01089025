"""What is said of the scan of all that may be shared, out of a run's ``run.json``."""

from __future__ import annotations

from reimport_lib.checks import Verdict
from reimport_lib.counting import verb
from reimport_lib.privacy.files import WITHHELD
from reimport_lib.record.manifest import Manifest
from reimport_lib.show.words import count, several


def scanned(manifest: Manifest) -> str:
    """What the scan of all that may be shared has found; "" where none was made."""
    privacy = manifest.get("privacy")
    if privacy is None:
        return ""
    leaked = privacy["leaked"]
    if not leaked:
        verdict = privacy["check"]["verdict"]
        if verdict == Verdict.PASS:
            return (
                f"No value of a person was found in {several(privacy['files'], 'file')}"
                f" that may be shared; {count(privacy['values'])} values were looked"
                " for."
            )
        why = privacy["check"]["actual"]
        return (
            f"Whether persons' values stand in what may be shared is not known: {why}."
        )
    away = [each for each in leaked if each["withheld"]]
    stay = [each["file"] for each in leaked if not each["withheld"]]
    told = []
    if away:
        told.append(
            f"{several(len(away), 'file')} {verb(len(away), 'is', 'are')} withheld,"
            f" since persons' values stood in {verb(len(away), 'it', 'them')}:"
            f" {', '.join(each['file'] for each in away)}. Somebody must look at"
            f" {WITHHELD}/."
        )
    if stay:
        told.append(
            f"Persons' values stand in {', '.join(stay)}, which"
            f" {verb(len(stay), 'is', 'are')} not to be shared."
        )
    return " ".join(told)
