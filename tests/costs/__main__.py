"""Write down what each phase costs, after a change that is meant to change it.

python -m tests.costs
"""

from __future__ import annotations

import secrets

from tests.costs import guard
from tests.costs.guard import SIZES, Rates
from tools import postgres


def _of(urls: list[str]) -> dict[str, Rates]:
    sizes = zip(SIZES, urls, strict=True)
    small, large = (guard.measured(scale, url) for scale, url in sizes)
    return {name: guard.rates(small[name], large[name]) for name in small}


def main() -> None:
    with postgres.server() as server:
        names = [f"costs_{secrets.token_hex(4)}" for _ in SIZES]
        urls = [postgres.create_database(server, name) for name in names]
        found = {"sqlite": _of(["", ""]), "postgresql": _of(urls)}
    guard.write(found)
    for engine, phases in found.items():
        for name, of in phases.items():
            print(f"{engine:10}  {name:16}  {of}")


if __name__ == "__main__":
    main()
