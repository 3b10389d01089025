"""The command ``reimport``, also as ``python -m reimport_lib``.

Next to nothing is imported at first: Ctrl-C is answered from the beginning on.
"""

import atexit
import gc
import os
import signal
import sys
import threading
from types import FrameType

RUNS = "run"  # the command that executes notebooks
ELSEWHERE = "--detach"  # in a process of their own
INTERRUPTED = 130


def main() -> None:
    """Run the command; the process that kernels are forked from is forked from it."""
    _in_utf8()
    gc.disable()  # what is imported stays, and need not be looked through
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:  # else it is ignored, as nohup has it
        signal.signal(signal.SIGINT, _leave)
    from reimport_lib.execute.prefork import room

    room.instead_of_home()
    from reimport_lib.cli import commands

    commands.load(sys.argv[1:])
    gc.freeze()
    if sys.argv[1:2] == [RUNS] and ELSEWHERE not in sys.argv:
        from reimport_lib.execute.prefork import forked

        if forked.AVAILABLE:
            forked.server(from_here=True)  # what else it imports takes as long
    gc.enable()
    signal.signal(signal.SIGINT, before)
    try:
        commands.main()
    except SystemExit as ended:
        _end_at_once(ended.code)
        raise
    _end_at_once(0)


def _in_utf8() -> None:
    """Begin anew where the locale would have names and files in another encoding."""
    if sys.getfilesystemencoding() == "utf-8":
        return
    os.environ["PYTHONUTF8"] = "1"  # for the processes of this one
    again = [sys.executable, "-X", "utf8=1", "-m", "reimport_lib", *sys.argv[1:]]
    os.execv(sys.executable, again)  # noqa: S606 - its own words, no shell


def _end_at_once(code: object) -> None:
    """
    End without taking apart all that was imported, which takes a quarter of a second.

    Where somebody is still at work, or cannot be told, Python ends as it always does.
    """
    others = {*threading.enumerate()} - {threading.main_thread()}
    if not isinstance(code, int) or not all(thread.daemon for thread in others):
        return
    from reimport_lib import printing

    atexit._run_exitfuncs()
    if printing.has_said_all():
        os._exit(code)


def _leave(number: int, frame: FrameType | None) -> None:
    """End at once: nothing has been done yet, and imports take no exception well."""
    del number, frame
    os.write(2, b"reimport: interrupted.\n")
    forked = sys.modules.get("reimport_lib.execute.prefork.forked")
    if end := getattr(forked, "end", None):  # not yet, where it is being imported
        end()
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
