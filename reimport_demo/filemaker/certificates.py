"""A private certificate authority, and a certificate of it for this machine."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme

HOSTS = ("localhost", "127.0.0.1", "::1")


def make_authority(folder: Path) -> Path:
    """
    The file that clients are to trust, ``ca.pem`` in *folder*; made where it is not.

    The authority's private key lies beside it, readable by its owner only, so that
    clients need not be set up anew at every start.
    """
    certificate, key = folder / "ca.pem", folder / "ca-key.pem"
    if not (certificate.is_file() and key.is_file()):
        authority = trustme.CA(organization_name="Local FileMaker server")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key.touch(mode=0o600)
        key.write_bytes(authority.private_key_pem.bytes())
        certificate.write_bytes(authority.cert_pem.bytes())
    return certificate


def server_context(folder: Path) -> ssl.SSLContext:
    """A server that is trusted by those who trust the authority in *folder*."""
    authority = trustme.CA.from_pem(
        (folder / "ca.pem").read_bytes(), (folder / "ca-key.pem").read_bytes()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*HOSTS).configure_cert(context)
    return context
