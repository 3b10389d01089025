"""``.env`` files: read whole, or refused by their name; what they hold is never quoted.

Imports only errors.
"""

from __future__ import annotations

import io
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from reimport_lib.errors import SettingsError

_HINT = "NAME=value, one a line, as in .env.example"


def read(path: Path) -> dict[str, str]:
    """
    Name -> value of the file at *path*; nothing where there is none.

    Raises:
        SettingsError: it is a folder, cannot be read, is not UTF-8, or has a line that
            is no setting; the message names the file and the line.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise SettingsError(
            f"{path.name} is not UTF-8.", hint="save it again as UTF-8", id="R042"
        ) from None
    except OSError as error:
        raise SettingsError(
            f"{path.name} cannot be read: {error.strerror}.",
            hint=f"make {path.name} a file that you may read",
            id="R043",
        ) from None
    if "\0" in text:
        raise SettingsError(f"{path.name} is not text.", hint=_HINT, id="R044")
    for binding in parse_stream(io.StringIO(text)):
        if binding.error:
            written = binding.original.string
            before = len(written) - len(written.lstrip())
            line = binding.original.line + written[:before].count("\n")
            raise SettingsError(
                f"{path.name}: line {line} is no setting.", hint=_HINT, id="R045"
            )
    found = dotenv_values(stream=io.StringIO(text))
    return {name: value for name, value in found.items() if value is not None}
