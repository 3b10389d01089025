"""Failures of the machine that a program runs on, told from its own defects.

Pure; imports nothing of this package. What databases fail of: ``write.pgreasons``.
"""

from __future__ import annotations

import errno
import os

_THREADS = "can't start new thread"
_WORDS = {
    errno.EMFILE: "this process may open no more files (ulimit -n)",
    errno.ENFILE: "the machine can open no more files",
    errno.ENOMEM: "there is no memory left",
    errno.EAGAIN: "no process or thread can be started (ulimit -u)",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk's quota is used up",
}


def of_machine(error: BaseException) -> str:
    """
    What of the machine ran out or broke, in words; "" where *error* says nothing of it.

    The words are the system's own for the number of the error, never its text.
    """
    if isinstance(error, MemoryError):
        return _WORDS[errno.ENOMEM]
    if isinstance(error, RuntimeError) and str(error).startswith(_THREADS):
        return _WORDS[errno.EAGAIN]
    # ZeroMQ's errors have numbers of the system too, and are none of Python's own.
    number = getattr(error, "errno", None)
    if not isinstance(number, int) or number not in errno.errorcode:
        return ""
    return _WORDS.get(number) or os.strerror(number)
