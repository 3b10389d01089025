"""Notebooks executed by papermill, on preloaded kernels, written whole and private.

Knows nothing of runs or phases. Kernels are spoken to over sockets in a private folder:
a TCP port may be somebody else's by the time that it is opened. papermill saves a
notebook after every cell and in place; here it is saved on a timer, at the end and on
failure, by rename, mode 0600.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
import warnings
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import Empty
from threading import Event
from typing import Any
from uuid import uuid4

import papermill
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from papermill.engines import (
    NBClientEngine,
    NotebookExecutionManager,
    papermill_engines,
)
from papermill.exceptions import PapermillExecutionError
from papermill.iorw import LocalHandler, papermill_io

from reimport_lib.errors import CutOff, UsageError, did_you_mean
from reimport_lib.execute import private_sockets
from reimport_lib.execute.prefork import forked
from reimport_lib.private_files import write_private

SAVE_EVERY_SECONDS = 5
START_SECONDS = 300  # a machine that is busy with other things
ENGINE = "reimport"
_AHEAD = 2  # kernels that wait behind the one that is in use
_STARTS = 3  # of one kernel, before it is given up
PRELOAD = "import reimport_lib.execute.prefork.preload"
_SILENT = logging.NullHandler()

Start = Callable[[], AsyncKernelManager]


class _TimedManager(NotebookExecutionManager):  # type: ignore[misc]  # untyped base
    """
    Saves at most every few seconds: a save per cell costs more than most cells.

    But once at the start, so that an attempt that is killed leaves its notebook.
    """

    def save(self, **kwargs: Any) -> None:
        age = (self.now() - self.last_save_time).total_seconds()
        done = self.nb.metadata.papermill.get("end_time") is not None
        if done or age >= SAVE_EVERY_SECONDS or not Path(self.output_path).is_file():
            super().save(**kwargs)


class _Engine(NBClientEngine):  # type: ignore[misc]  # untyped base
    """papermill's own engine with the manager above."""

    @classmethod
    def execute_notebook(
        cls,
        nb: Any,
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: bool = False,
        log_output: bool = False,
        autosave_cell_every: int = SAVE_EVERY_SECONDS,
        **kwargs: Any,
    ) -> Any:
        manager = _TimedManager(
            nb,
            output_path=output_path,
            progress_bar=progress_bar,
            log_output=log_output,
            autosave_cell_every=autosave_cell_every,
        )
        manager.notebook_start()
        try:
            cls.execute_managed_notebook(
                manager, kernel_name, log_output=log_output, **kwargs
            )
        finally:
            manager.cleanup_pbar()
            manager.notebook_complete()
        return manager.nb


class _Client(AsyncKernelClient):
    """
    Ready as soon as the kernel answers on both channels.

    All have one context, as long as the process: the end of a context that is collected
    waits for its sockets, in whatever thread that happens, and for ever.
    """

    def __init__(self, **words: Any) -> None:
        """
        A client of a name of its own, which its messages carry.

        Under the manager's name two of them would number their messages alike, and what
        comes late for the first would end a cell that the second has sent.
        """
        super().__init__(context=zmq.asyncio.Context.instance(), **words)
        self.session.session = str(uuid4())

    def start_channels(
        self,
        shell: bool = True,
        iopub: bool = True,
        stdin: bool = True,
        hb: bool = True,
        control: bool = True,
    ) -> None:
        """
        All but the heartbeat, which nothing here asks: the process itself is watched.

        Its thread, stopped before it has begun, opens sockets until there are no more.
        """
        super().start_channels(shell, iopub, stdin, hb=False, control=control)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """
        The base class then reads on until nothing has come for a fifth of a second.

        What it would throw away belongs to no cell, so nbclient passes over it.

        Raises:
            RuntimeError: the kernel died, or gave no answer within *timeout* seconds.
        """
        ends = time.monotonic() + (START_SECONDS if timeout is None else timeout)
        while time.monotonic() < ends and await self.is_alive():
            self.kernel_info()
            with suppress(Empty):
                await self.shell_channel.get_msg(timeout=1)
                await self.iopub_channel.get_msg(timeout=1)
                return
        raise RuntimeError("The kernel ended, or gave no answer.")


class _PrivateHandler(LocalHandler):  # type: ignore[misc]  # untyped base
    """Writes by rename with mode 0600, whatever the umask."""

    def write(self, buf: str, path: str) -> None:
        write_private(Path(path), buf)


@dataclass(frozen=True, slots=True)
class CellError:
    """What a cell raised: the error's class, and its text, which may quote a value."""

    name: str
    text: str = field(repr=False)


def execute(
    notebook: Path,
    output: Path,
    parameters: Mapping[str, str | int | float],
    *,
    kernel: AsyncKernelManager,
) -> CellError | None:
    """
    Execute *notebook* into *output* on a booted *kernel*.

    papermill works in a thread: in the main one it would take the signals for itself,
    and an interrupted notebook could not be told from a kernel that died. Where this
    one is interrupted, the kernel is killed first, so that nothing of it goes on.

    Returns:
        What a cell raised; None when every cell completed, or the kernel died. The
        output is written in all cases.
    """
    check_parameters(notebook, parameters)
    # that a kernel died is told by the run's record, in the run's words
    logging.getLogger("papermill").addHandler(_SILENT)
    papermill_engines.register(ENGINE, _Engine)
    papermill_io.register(str(output.parent), _PrivateHandler())
    with ThreadPoolExecutor(max_workers=1) as worker:
        executed = worker.submit(_execute, notebook, output, parameters, kernel)
        try:
            return executed.result()
        except KeyboardInterrupt:
            _stop(kernel)
            raise


def _execute(
    notebook: Path,
    output: Path,
    parameters: Mapping[str, str | int | float],
    kernel: AsyncKernelManager,
) -> CellError | None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="papermill")
        try:
            papermill.execute_notebook(
                str(notebook),
                str(output),
                dict(parameters),
                engine_name=ENGINE,
                kernel_name="python3",
                progress_bar=False,
                cwd=str(notebook.parent),
                km=kernel,
                start_timeout=START_SECONDS,
            )
        except PapermillExecutionError as error:
            return CellError(str(error.ename), str(error.evalue))
        except DeadKernelError:  # killed, or out of memory: what it recorded holds
            return None
    return None


def check_parameters(
    notebook: Path, parameters: Mapping[str, str | int | float]
) -> None:
    """
    Refuse names and types that *notebook* does not declare: papermill only warns.

    Raises:
        UsageError: the message names the nearest declared parameter.
    """
    declared = papermill.inspect_notebook(str(notebook))
    for name in parameters:
        if name not in declared:
            raise UsageError(
                f"Parameter {name!r} is not declared in {notebook.name}."
                + did_you_mean(repr(name), map(repr, declared)),
                hint=f"papermill --help-notebook {notebook}",
                id="R054",
            )


def boot(folder: Path, begins: Sequence[str] = ()) -> AsyncKernelManager:
    """
    Start a kernel in *folder*, on encrypted channels, its heavy imports done.

    Args:
        begins: as ``forked.let_fork`` takes them; not done where nothing is forked.
    """
    manager = AsyncKernelManager(
        kernel_name="python3",
        transport_encryption="required",
        client_factory=_Client,
        context=zmq.asyncio.Context.instance(),
        **private_sockets.made(),
    )
    arguments = ["--HistoryManager.enabled=False"]
    if forked.AVAILABLE:
        forked.let_fork(manager, begins)
    else:
        arguments.append(f"--IPKernelApp.exec_lines={PRELOAD}")
    try:
        _run(manager.start_kernel(extra_arguments=arguments, cwd=str(folder)))
    except BaseException:
        _stop(manager)
        raise
    return manager


@contextmanager
def preloaded(
    number: int, begins: Sequence[Sequence[str]] = ()
) -> Iterator[Iterator[AsyncKernelManager]]:
    """
    Give *number* kernels, one after the other; while one is in use the next ones boot.

    It has answered by the time that it is asked for. A kernel is shut down beside the
    work of the next. One that died before it was given is started again, a few times.

    Args:
        begins: of each kernel, what its process begins with; see ``boot``.

    Raises:
        PhaseFailed: when a kernel is asked for that does not come up.
    """
    folder = Path.cwd()  # papermill changes it while it executes a notebook
    booting: list[Future[AsyncKernelManager]] = []
    answered: list[Future[AsyncKernelManager]] = []
    running: list[AsyncKernelManager] = []
    is_over = Event()
    with (
        ThreadPoolExecutor(max_workers=1) as starter,
        ThreadPoolExecutor(max_workers=1) as asker,
    ):

        def ask(starts: Sequence[Start]) -> Future[AsyncKernelManager]:
            return asker.submit(_first_that_answers, starts, is_over)

        def begin(start: Start) -> None:
            booting.append(starter.submit(start))
            answered.append(ask([booting[-1].result, *[start] * (_STARTS - 1)]))

        def kernels() -> Iterator[AsyncKernelManager]:
            starts = [partial(boot, folder, each) for each in begins or [()] * number]
            for given, start in enumerate(starts):
                if given == len(booting):
                    begin(start)
                manager = answered[given].result()
                ahead = min(given + 1, _AHEAD)  # the first waits for no others
                for other in starts[len(booting) : given + 1 + ahead]:
                    begin(other)
                if not _is_alive(manager):
                    manager = ask([start] * _STARTS).result()
                running.append(manager)
                yield manager
                starter.submit(_stop, manager)

        try:
            yield kernels()
        finally:
            is_over.set()
            for manager in running:
                starter.submit(_stop, manager)
            for future in (*booting, *answered):  # who is asked still answers no more
                if future.exception() is None:
                    starter.submit(_stop, future.result())


def _first_that_answers(starts: Sequence[Start], is_over: Event) -> AsyncKernelManager:
    """
    The kernel that the first of *starts* gives which comes up.

    Args:
        is_over: set when none is wanted any more.

    Raises:
        CutOff: each of them died before it could be asked anything.
    """
    for start in starts:
        if is_over.is_set():
            break
        try:
            manager = start()
        except (OSError, RuntimeError):  # no memory or process, or nothing to fork from
            forked.renew()
            continue
        try:
            _run(_answer(manager))
        except RuntimeError:
            _stop(manager)
            continue
        return manager
    raise CutOff(
        f"The kernel of the notebook ended before its first cell, {len(starts)} times"
        " one after the other.",
        hint="see that the machine has memory to spare, then reimport run --resume",
        id="R055",
    )


def _is_alive(manager: AsyncKernelManager) -> bool:
    found: list[bool] = []

    async def look() -> None:
        found.append(await manager.is_alive())

    _run(look())
    return found[0]


async def _answer(manager: AsyncKernelManager) -> None:
    """Wait until the kernel answers; RuntimeError where it does not."""
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready()
    finally:
        client.stop_channels()


def _run(work: Awaitable[object]) -> None:
    """Do *work* on an event loop of its own, which ends with it."""

    async def done() -> None:
        await work

    asyncio.run(done())


def _stop(manager: AsyncKernelManager) -> None:
    if manager.has_kernel:
        _run(manager.shutdown_kernel(now=True))
    if manager.transport == "ipc":
        shutil.rmtree(Path(manager.ip).parent, ignore_errors=True)
