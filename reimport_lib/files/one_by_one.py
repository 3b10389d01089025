"""One object after the other, several at a time; what is known of each is kept at once.

Imports no Django.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Protocol, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from reimport_lib.errors import SourceError
from reimport_lib.files import copying
from reimport_lib.files.copy_progress import CopyOutcome, CopyProgress
from reimport_lib.files.copybook import Copy, Copybook
from reimport_lib.files.copying import NotCopied
from reimport_lib.files.proof import Differs

AT_A_TIME = 16
"""Requests on the way: S3 copies by itself, and answers after a tenth of a second."""

TellCopies = Callable[[CopyProgress], None]
CopyLine = tuple[CopyOutcome, Copy | None, str]
"""What became of one object: its copy, or why it has none."""


class OfObject(Protocol):
    """What is told of an object before anything is done with it."""

    @property
    def key(self) -> str: ...
    @property
    def size_bytes(self) -> int: ...


Each = TypeVar("Each", bound=OfObject)


def each_of(
    work: Sequence[Each],
    do: Callable[[Each], CopyLine],
    book: Copybook,
    progress: CopyProgress,
    tell: TellCopies | None,
) -> None:
    """
    Do all of *work*; one that fails is told, and the others go on.

    Raises:
        SourceError: S3 cannot be used any more; what was done is kept.
    """
    started = time.monotonic()
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        asked = {pool.submit(_one, do, each): each for each in work}
        try:
            for future in as_completed(asked):
                outcome, copy, why = future.result()
                if copy is not None:
                    book.write(copy)
                each = asked[future]
                progress.done += 1
                progress.size_bytes += each.size_bytes
                progress.seconds = time.monotonic() - started
                progress.count(each.key, outcome, why)
                if tell:
                    tell(progress)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _one(do: Callable[[Each], CopyLine], each: Each) -> CopyLine:
    try:
        return do(each)
    except NotCopied as error:
        return CopyOutcome.FAILED, None, str(error)
    except Differs as error:
        return CopyOutcome.DIFFERS, None, str(error)
    except ClientError as error:
        problem = copying.translated(error, "")
        if isinstance(problem, SourceError):
            raise problem from None
        return CopyOutcome.FAILED, None, str(problem)
    except BotoCoreError as error:
        raise copying.away(error, "") from None
