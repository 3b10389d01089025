"""Real faults for tests: a connection cut at COMMIT, a ledger that is slow to write."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from reimport_lib.write.databases import libpq

# The view counts for seconds; a trigger may not say WITH itself.
SLOW_LEDGER = {
    "sqlite": (
        "CREATE VIEW slow AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
        " SELECT i + 1 FROM n WHERE i < 4000000) SELECT max(i) AS i FROM n",
        "CREATE TRIGGER slowly BEFORE INSERT ON ledger_ledgerphase"
        " BEGIN SELECT i FROM slow; END",
    ),
    "postgresql": (
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN PERFORM pg_sleep(3); RETURN NEW; END'",
        "CREATE TRIGGER slowly BEFORE INSERT ON ledger_ledgerphase"
        " FOR EACH ROW EXECUTE FUNCTION slow()",
    ),
}
QUICK_LEDGER = {
    "sqlite": ("DROP TRIGGER slowly",),
    "postgresql": ("DROP TRIGGER slowly ON ledger_ledgerphase",),
}


@contextmanager
def cutting_proxy(url: str, folder: Path, *, words: bytes) -> Iterator[str]:
    """
    A way to the server of *url* that breaks where *words* are sent for the first time.

    The words reach the server, which answers; the answer does not come back.
    """
    path = folder / ".s.PGSQL.5432"
    with closing(socket.socket(socket.AF_UNIX)) as door:
        door.bind(str(path))
        door.listen()
        cut = threading.Event()
        threading.Thread(
            target=_serve, args=(door, libpq(url), words, cut), daemon=True
        ).start()
        parts = urlsplit(url)
        user = parts.netloc.rpartition("@")[0]
        query = urlencode({"host": str(folder), "sslmode": "disable"})
        yield parts._replace(netloc=f"{user}@", query=query).geturl()
        assert cut.is_set(), "the words were never sent"


def _serve(
    door: socket.socket, server: dict[str, str], words: bytes, cut: threading.Event
) -> None:
    while True:
        try:
            client, _ = door.accept()
        except OSError:
            return
        upstream = _connected(server)
        for args in (
            (client, upstream, words, cut),
            (upstream, client, b"", cut),
        ):
            threading.Thread(target=_pump, args=args, daemon=True).start()


def _connected(server: dict[str, str]) -> socket.socket:
    host, port = server["host"], server.get("port", "5432")
    if host.startswith("/"):
        unix = socket.socket(socket.AF_UNIX)
        unix.connect(f"{host}/.s.PGSQL.{port}")
        return unix
    return socket.create_connection((host, int(port)))


def _pump(
    source: socket.socket, sink: socket.socket, words: bytes, cut: threading.Event
) -> None:
    """Pass bytes on; on *words*, pass them on, wait for the answer, then hang up."""
    try:
        while data := source.recv(65536):
            if words and words in data and not cut.is_set():
                cut.set()
                # The other pump must not pass the answer on.
                source.shutdown(socket.SHUT_RDWR)
                sink.sendall(data)
                sink.settimeout(2)
                continue
            sink.sendall(data)
    except OSError:
        pass
    finally:
        source.close()
