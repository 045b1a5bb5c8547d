"""Fixtures of the center's tests: the town with its reference center on a real port of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from keys import openssl
from till import Till
from town import Town


@pytest.fixture
def town() -> Iterator[Town]:
    """A town that is open for business, with operator 0001 signed in at 09:00 on 2021-06-30."""
    town = Town()
    town.open()
    yield town
    town.close()


@pytest.fixture(scope="session")
def sm2(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, Path]:
    """An SM2 key pair, made by openssl."""
    folder = tmp_path_factory.mktemp("sm2")
    openssl("ecparam", "-name", "SM2", "-genkey", "-noout", "-out", "key.pem", folder=folder)
    openssl("pkey", "-in", "key.pem", "-pubout", "-out", "public.pem", folder=folder)
    return (folder / "key.pem").read_text(), (folder / "public.pem").read_text(), folder


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A local authority with a server's and a client's certificate, and a stranger's, made by openssl."""
    folder = tmp_path_factory.mktemp("ca")
    made = ("-newkey", "rsa:2048", "-nodes", "-days", "2")
    openssl("req", "-x509", *made, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=authority", folder=folder)
    for name, subject in (("server", "/CN=center"), ("client", "/CN=terminal")):
        (folder / f"{name}.ext").write_text("subjectAltName=IP:127.0.0.1\n")
        openssl("req", *made[:3], "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", subject, folder=folder)
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext")
        openssl("x509", "-req", "-in", f"{name}.csr", *signed, "-out", f"{name}.pem", folder=folder)
    openssl("req", "-x509", *made, "-keyout", "stranger.key", "-out", "stranger.pem", "-subj", "/CN=x", folder=folder)
    return folder


@pytest.fixture
def till(town: Town, tmp_path: Path) -> Iterator[Till]:
    """A till of the town, with an empty journal."""
    till = Till(town, tmp_path / "journal.db")
    yield till
    till.journal.close()
