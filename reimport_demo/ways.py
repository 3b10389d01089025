"""The demo's way in: the exports themselves, or a FileMaker server that holds them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reimport_demo.clinic.build import Clinic
from reimport_lib.errors import UsageError, did_you_mean
from reimport_lib.printing import say

WAYS = {"data-api": "the Data API", "odata": "OData"}
"""The words for the ways over a server, as in ``REIMPORT_SOURCE``."""

HINT = "data-api or odata; a folder of exports goes by --exports FOLDER"


def nearest(word: str) -> str:
    """A question that names the way that *word* nearly is, or nothing."""
    return did_you_mean(word.lower(), WAYS)


def require(word: str) -> None:
    """
    Refuse what is no way in; "" is that of the exports.

    Raises:
        UsageError: the message names the nearest.
    """
    if word and word not in WAYS:
        raise UsageError(
            f"--source: {word!r} is no way in.{nearest(word)}", hint=HINT, id="R046"
        )


@contextmanager
def way_in(source: Clinic | Path, exports: Path, word: str) -> Iterator[dict[str, str]]:
    """
    The settings to read a clinic by that way; a server ends with the block.

    The server is reached over https, with an authority and a password that are made
    for this time only and are told to nobody but by these settings.

    Args:
        source: what a server is to hold: a clinic, or a folder of exports.
        exports: the folder that is read where *word* is "".
    """
    if not word:
        say(f"Way in: the export files in {exports}")
        yield {"REIMPORT_SOURCE": str(exports.resolve())}
        return
    from reimport_demo.filemaker.server import serving
    from reimport_demo.filemaker.service import Options

    options = Options(password=secrets.token_urlsafe())
    with serving(source, https=True, options=options) as served:
        say(f"Way in: {WAYS[word]} of a FileMaker server at {served.url}")
        say("        (synthetic, on this machine, until the demo ends)")
        yield {
            **served.environment(),
            "REIMPORT_SOURCE": word,
            "FILEMAKER_TIMESTAMPS": "wall",
        }
