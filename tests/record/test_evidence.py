"""The seals of a run by themselves: the tree, the chain of events, the signature."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from reimport_lib.config import Settings, load_settings
from reimport_lib.errors import SettingsError
from reimport_lib.record import events, evidence, runs
from reimport_lib.record.run import Run
from reimport_lib.record.status import Mode, Status
from reimport_lib.record.verify.checking import check
from reimport_lib.record.verify.ed25519 import verify_ed25519
from reimport_lib.record.verify.files import Files
from reimport_lib.record.verify.findings import Findings
from reimport_lib.record.verify.leaves import LOG, leaf_hash, tree_root
from reimport_lib.record.verify.statements import PLAIN, SIGNED, public_key

# Inputs and roots of the reference tests of Certificate Transparency, for RFC 6962.
INPUTS = (
    *("", "00", "10", "2021", "3031", "40414243"),
    *("5051525354555657", "606162636465666768696a6b6c6d6e6f"),
)
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb924"  # pragma: allowlist secret
    "27ae41e4649b934ca495991b7852b855",  # pragma: allowlist secret
    1: "6e340b9cffb37a989ca544e6bb780a2c"  # pragma: allowlist secret
    "78901d3fb33738768511a30617afa01d",  # pragma: allowlist secret
    2: "fac54203e7cc696cf0dfcb42c92a1d9d"  # pragma: allowlist secret
    "baf70ad9e621f4bd8d98662f00e3c125",  # pragma: allowlist secret
    3: "aeb6bcfe274b70a14fb067a5e5578264"  # pragma: allowlist secret
    "db0fa9b51af5e0ba159158f329e06e77",  # pragma: allowlist secret
    7: "ddb89be403809e325750d3d263cd7892"  # pragma: allowlist secret
    "9c2942b7942a34b77e122c9594a74c8c",  # pragma: allowlist secret
    8: "5dc9da79a70659a9ad559cb701ded9a2"  # pragma: allowlist secret
    "ab9d823aad2f4960cfe370eff4604328",  # pragma: allowlist secret
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"REIMPORT_RUNS": str(tmp_path / "runs")})


@pytest.fixture
def run(settings: Settings) -> Run:
    """A run of one phase that has ended and left a file."""
    made = runs.create(settings, Mode.REHEARSAL, phases=((0, "validation"),))
    made.begin_phase("validation")
    (made.folder / "report.html").write_text("a report")
    evidence.seal_file(made.folder, made.folder / "report.html")
    made.end_phase("validation", Status.SUCCEEDED)
    evidence.close(made.folder, None, settings)
    return made


def found(run: Run, key: bytes = b"") -> Findings:
    return check(Files(str(run.folder)), key=key)


@pytest.mark.parametrize("size", ROOTS)
def test_the_tree_is_that_of_rfc_6962(size: int) -> None:
    leaves = [leaf_hash(bytes.fromhex(text)) for text in INPUTS[:size]]

    assert tree_root(leaves).hex() == ROOTS[size]


def test_signatures_are_verified_as_the_library_makes_them() -> None:
    dice = random.Random(8032)
    for _ in range(8):
        key = Ed25519PrivateKey.from_private_bytes(dice.randbytes(32))
        public, message = key.public_key().public_bytes_raw(), dice.randbytes(100)
        signature = key.sign(message)

        assert verify_ed25519(public, message, signature)
        for place in (3, 40):
            bent = bytearray(signature)
            bent[place] ^= 1
            assert not verify_ed25519(public, message, bytes(bent))
        assert not verify_ed25519(public, message + b".", signature)
        assert not verify_ed25519(public[:-1], message, signature)
        order = 2**252 + 27742317777372353535851937790883648493
        s = int.from_bytes(signature[32:], "little") + order  # the same, unreduced
        assert not verify_ed25519(
            public, message, signature[:32] + s.to_bytes(32, "little")
        )


def change(line: int, old: bytes, new: bytes) -> Callable[[list[bytes]], None]:
    def do(lines: list[bytes]) -> None:
        assert old in lines[line]
        lines[line] = lines[line].replace(old, new)

    return do


EVENTS: dict[str, tuple[Callable[[list[bytes]], object], str]] = {
    "changed": (change(1, b"validation", b"validatiom"), "line 2 is not the one"),
    "out": (lambda lines: lines.pop(1), "line 2 is number 3"),
    "doubled": (lambda lines: lines.insert(1, lines[0]), "line 2 is number 1"),
    "last": (change(-1, b"succeeded", b"failed"), "line 3 is not the one"),
    "cut": (lambda lines: lines.pop(), "1 of 3 lines at its end are gone"),
    "all": (lambda lines: lines.clear(), "it is gone"),
}


@pytest.mark.parametrize("what", EVENTS)
def test_an_event_that_is_altered_is_named_by_its_line(run: Run, what: str) -> None:
    path = run.folder / events.EVENTS
    lines = path.read_bytes().splitlines()
    alter, said = EVENTS[what]

    alter(lines)
    path.write_bytes(b"".join(line + b"\n" for line in lines))

    (altered,) = found(run).altered
    assert altered.startswith(events.EVENTS)
    assert said in altered


def test_a_line_that_a_crash_cut_off_is_none_that_somebody_changed(run: Run) -> None:
    for path in (run.folder / events.EVENTS, run.folder / LOG):
        with path.open("a", encoding="utf-8") as file:
            file.write('{"seq": 4, "prev')
    assert "cut off by a crash" in str(found(run).notes)

    run.tell(events.RunPruned())
    run.tell(events.RunPruned())
    evidence.seal_events(run.folder)

    assert found(run).altered == []
    last = (run.folder / events.EVENTS).read_text().splitlines()[-1]
    assert json.loads(last)["seq"] == 6


def test_what_changes_a_run_that_has_ended_seals_it_again(run: Run) -> None:
    run.record_undoing("20261129T120000Z-undo", {"reversed": 3})
    run.record_pruning()
    run.take_back(to="2026-11-29T10:00:00+00:00", backup="0" * 64)

    assert found(run).altered == []


def test_a_change_of_somebody_elses_is_not_sealed_by_the_next_of_ours(run: Run) -> None:
    path = run.folder / "run.json"
    path.write_text(path.read_text().replace('"strict": false', '"strict": true'))

    run.record_pruning()

    (altered,) = found(run).altered
    assert altered.startswith("run.json: parameters.strict: true, sealed false, and ")


def test_an_earlier_record_put_back_is_no_pass(run: Run) -> None:
    """A process that was killed leaves the same; nobody can tell."""
    path = run.folder / "run.json"
    earlier = path.read_text()
    run.record_pruning()
    path.write_text(earlier)

    assert "as it was before its last change" in str(found(run).unchecked)


def test_a_run_that_goes_on_is_compared_when_it_has_ended_again(run: Run) -> None:
    stopped = runs.create(run.settings, Mode.FULL, phases=((0, "validation"),))
    stopped.begin_phase("validation")
    stopped.end_phase("validation", Status.FAILED, error="no.")
    assert found(stopped).altered == []
    stopped.begin()
    assert "the run is not done" in str(found(stopped).unchecked)
    stopped.end(Status.INTERRUPTED, seconds=1)

    assert found(stopped).altered == found(stopped).unchecked[1:] == []


def signed(run: Run, tmp_path: Path) -> tuple[Settings, Ed25519PrivateKey]:
    key = Ed25519PrivateKey.generate()
    path = tmp_path / "signing.pem"
    path.write_bytes(pem(key))
    runs_folder = str(run.settings.runs)
    environ = {"REIMPORT_RUNS": runs_folder, "REIMPORT_SIGNING_KEY": str(path)}
    settings = load_settings(environ)
    evidence.close(run.folder, None, settings)
    return settings, key


def pem(key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def test_a_statement_is_signed_and_what_is_done_to_it_is_seen(
    run: Run, tmp_path: Path
) -> None:
    settings, key = signed(run, tmp_path)
    public = key.public_key().public_bytes_raw()
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    path = run.folder / SIGNED
    whole = path.read_text()

    assert found(run, public).altered == []
    assert "the signature of key" in str(found(run).anchors)
    assert not (run.folder / PLAIN).exists()
    assert "no signature of the key holds" in str(found(run, other).altered)
    envelope = json.loads(whole)
    envelope["signatures"][0]["sig"] = "AAAA" + envelope["signatures"][0]["sig"][4:]
    path.write_text(json.dumps(envelope))
    assert "no signature of the key holds" in str(found(run).altered)
    path.unlink()
    assert "it is gone" in str(found(run).altered)
    path.write_text(whole)
    evidence.seal_file(run.folder, run.folder / "report.html", sha256="0" * 64)
    assert "report.html" in str(found(run).altered)
    assert "report.html was written again after the root" in str(found(run).unchecked)
    # by somebody who has no key, and closes it anew without one
    evidence.close(run.folder, None, run.settings)
    assert "no signature of the key holds" in str(found(run, public).altered)
    assert evidence.signing_key(settings) is not None


def test_a_key_that_cannot_sign_is_refused(run: Run, tmp_path: Path) -> None:
    """Before a run begins: see ``runner.execute``."""
    wrong = {
        "is no private key": b"nothing",
        "another kind": pem(ec.generate_private_key(ec.SECP256R1())),
    }
    path = tmp_path / "key.pem"
    runs_folder = {"REIMPORT_RUNS": str(run.settings.runs)}
    settings = load_settings({**runs_folder, "REIMPORT_SIGNING_KEY": str(path)})
    with pytest.raises(SettingsError, match="cannot be read"):
        evidence.signing_key(settings)
    for said, content in wrong.items():
        path.write_bytes(content)
        with pytest.raises(SettingsError, match=said):
            evidence.signing_key(settings)
    inside = str(run.settings.runs / "key.pem")
    settings = load_settings({**runs_folder, "REIMPORT_SIGNING_KEY": inside})
    with pytest.raises(SettingsError, match="in the runs folder"):
        evidence.signing_key(settings)
    assert public_key(b"nothing") == b""


def test_a_key_without_the_package_that_signs_is_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, _ = signed(run, tmp_path)
    for name in list(sys.modules):
        if name.startswith("cryptography."):
            monkeypatch.setitem(sys.modules, name, None)

    with pytest.raises(SettingsError, match="is not installed") as no:
        evidence.signing_key(settings)
    assert "extra `signing`" in no.value.hint
