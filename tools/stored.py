"""What may not be stored in this repository: outputs of notebooks, and secrets.

python -m tools.stored      prints what it finds; exit code 1 if that is anything
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from detect_secrets.core.potential_secret import PotentialSecret
from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import default_settings

ROOT = Path(__file__).resolve().parent.parent
EXECUTED = "runs/example/"  # the one run that is stored as it was executed
HASHES = "requirements.lock"
VERIFICATION = "detect_secrets.filters.common.is_ignored_due_to_verification_policies"
RANDOM_TEXT = ("Base64HighEntropyString", "HexHighEntropyString")
BUILT = {".venv", ".git", "__pycache__", ".ipynb_checkpoints"}


def files() -> list[Path]:
    """Every file that is or will be stored; without git, all but what is built."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(
        command, cwd=ROOT, check=False, capture_output=True, text=True
    )
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not BUILT & set(path.parts)]
    return sorted(path for path in found if path.is_file())


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)


def notebooks(paths: Iterable[Path]) -> list[Path]:
    """The notebooks that are kept without outputs."""
    found = [path for path in paths if path.suffix == ".ipynb"]
    return [path for path in found if not name(path).startswith(EXECUTED)]


def with_outputs(paths: Iterable[Path]) -> list[str]:
    """The notebooks that hold an output or an execution count."""
    return [name(path) for path in paths if _has_outputs(path)]


def _has_outputs(path: Path) -> bool:
    cells = json.loads(path.read_text())["cells"]
    return any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


def secrets(paths: Iterable[Path]) -> list[str]:
    """
    Places that look like a secret, as ``file:line kind``; never the secret itself.

    Left out: the hashes of the lock; random-looking texts of executed notebooks, whose
    pictures and digests all are, and the pages made of them. A line that only looks
    like a secret ends in a comment ``pragma: allowlist secret``.
    """
    scanned = [path for path in paths if name(path) != HASHES]
    example = {path for path in scanned if name(path).startswith(EXECUTED)}
    executed = [path for path in scanned if path in example and path.suffix != ".html"]
    written = [path for path in scanned if path not in example]
    found = _scan(written, without=()) + _scan(executed, without=RANDOM_TEXT)
    return [
        f"{name(Path(secret.filename))}:{secret.line_number} {secret.type}"
        for secret in found
    ]


def _scan(paths: list[Path], *, without: tuple[str, ...]) -> list[PotentialSecret]:
    found = SecretsCollection()
    with default_settings() as settings:
        settings.disable_filters(VERIFICATION)  # it would ask other hosts
        for plugin in without:
            del settings.plugins[plugin]
        for path in paths:
            found.scan_file(str(path))
    return [secret for _, secret in found]


def main() -> int:
    stored = files()
    found = [f"{name}: has outputs" for name in with_outputs(notebooks(stored))]
    found += secrets(stored)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
