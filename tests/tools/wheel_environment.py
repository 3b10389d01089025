"""An environment with the wheel and what it declares, and nothing else; no network.

The packages are those of the lock, linked one by one: what the library does not
declare, and the checkout itself, cannot be imported.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = "clinic-reimport"
UV = Path(sys.executable).with_name("uv")


def build_wheel(project: Path, folder: Path) -> Path:
    """The wheel of *project*, as the checkout stands."""
    subprocess.run(
        [
            *(UV, "build", "--quiet", "--wheel", "--no-build-isolation", "--offline"),
            *("--python", sys.executable, "--out-dir", folder, project),
        ],
        check=True,
    )
    [wheel] = folder.glob("*.whl")
    return wheel


def environment(folder: Path, wheel: Path) -> Path:
    """The folder of commands of a new environment in *folder*."""
    venv.create(folder, symlinks=True)
    commands = folder / "bin"
    [packages] = folder.glob("lib/python*/site-packages")
    for name in needed(LIBRARY) - {LIBRARY}:
        _link(metadata.distribution(name), packages)
    subprocess.run(
        [
            *(UV, "pip", "install", "--quiet", "--offline", "--no-deps"),
            "--compile-bytecode",  # dozens of processes are started in it
            *("--python", commands / "python", wheel),
        ],
        check=True,
    )
    papermill = commands / "papermill"
    papermill.write_text(
        f"#!{commands / 'python'}\nfrom papermill.__main__ import papermill\n"
        "papermill()\n"
    )
    papermill.chmod(0o755)
    return commands


def needed(name: str) -> set[str]:
    """*name* and every distribution that it needs at run time, at any remove."""
    found: set[str] = set()
    todo = [Requirement(name)]
    while todo:
        wanted = todo.pop()
        key = f"{wanted.name}[{','.join(sorted(wanted.extras))}]"
        if key in found:
            continue
        found.add(key)
        for line in metadata.requires(wanted.name) or []:
            inner = Requirement(line)
            extras = wanted.extras or {""}
            if not inner.marker or any(
                inner.marker.evaluate({"extra": extra}) for extra in extras
            ):
                todo.append(inner)
    return {key.partition("[")[0] for key in found}


def _link(package: metadata.Distribution, packages: Path) -> None:
    """Link all that *package* has in site-packages, and its data files."""
    shared = packages.parents[2]
    for file in package.files or ():
        is_inside = file.parts[0] != ".."
        place = Path(file.parts[0] if is_inside else file)
        link = packages / place if is_inside else shared / Path(*file.parts[3:])
        if file.parts[0] == "__pycache__" or "bin" in file.parts or link.exists():
            continue
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(Path(str(package.locate_file(place))).resolve())
