"""A bureau's supplement counts, where a signature is demanded, only with that bureau's SM2 signature."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from terminal.errors import Broken, Refused
from terminal.settlement.law import Law
from terminal.signature import sign, to_text, verify

SUPPLEMENT = Path("examples/supplements/yantai-employee.toml")
ID = "distid:1234567812345678"


def openssl(*words: str) -> None:
    """The independent party: OpenSSL's own command."""
    subprocess.run(["openssl", *words], check=True, capture_output=True)


@pytest.fixture
def bureau(tmp_path: Path) -> Path:
    """A folder with the bureau's key pair, the supplement, and the bureau's signature made by openssl."""
    key = tmp_path / "bureau.pem"
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-out", str(key))
    openssl("pkey", "-in", str(key), "-pubout", "-out", str(tmp_path / "bureau.pub"))
    shutil.copy(SUPPLEMENT, tmp_path)
    given, der = tmp_path / SUPPLEMENT.name, tmp_path / "sig.der"
    how = ("-rawin", "-digest", "sm3", "-pkeyopt", ID)
    openssl("pkeyutl", "-sign", *how, "-inkey", str(key), "-in", str(given), "-out", str(der))
    given.with_name(f"{given.name}.sig").write_bytes(to_text(der.read_bytes()))
    return tmp_path


def load(bureau: Path) -> Law:
    """The law with the supplement of the folder, signatures demanded."""
    return Law.load([bureau / SUPPLEMENT.name], bureau_key=(bureau / "bureau.pub").read_bytes())


def test_a_supplement_that_the_bureau_signed_counts(bureau: Path) -> None:
    """The signature was made by another program than the one that checks it."""
    assert load(bureau).shelf.policies


def test_an_unsigned_supplement_is_refused(bureau: Path) -> None:
    """With the file and what is missing."""
    (bureau / "yantai-employee.toml.sig").unlink()
    with pytest.raises(Refused, match=r"^yantai-employee\.toml:1: unsigned: .* yantai-employee\.toml\.sig is missing$"):
        load(bureau)


@pytest.mark.parametrize("place", [0, 100, -1])
def test_a_supplement_changed_after_signing_is_refused(bureau: Path, place: int) -> None:
    """One bit anywhere."""
    given = bureau / SUPPLEMENT.name
    data = bytearray(given.read_bytes())
    data[place] ^= 1
    given.write_bytes(data)
    with pytest.raises(Refused, match="signature is not the bureau's"):
        load(bureau)


@pytest.mark.parametrize("text", [b"", b"not base64!", b"AAAA", b"\xff\xfe"])
def test_a_signature_that_is_none_is_refused(bureau: Path, text: bytes) -> None:
    """Garbage in the place of a signature never passes and never escapes as another error."""
    (bureau / "yantai-employee.toml.sig").write_bytes(text)
    with pytest.raises(Refused, match="signature is not the bureau's"):
        load(bureau)


def test_another_bureaus_signature_is_refused(bureau: Path, tmp_path: Path) -> None:
    """Signed well, by somebody else."""
    other = tmp_path / "other.pem"
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-out", str(other))
    signature = sign(other.read_bytes(), (bureau / SUPPLEMENT.name).read_bytes())
    (bureau / "yantai-employee.toml.sig").write_bytes(to_text(signature))
    with pytest.raises(Refused, match="signature is not the bureau's"):
        load(bureau)


def test_what_we_sign_openssl_verifies(bureau: Path, tmp_path: Path) -> None:
    """And the other way round: the reference center's signatures are good for others."""
    message, signature = tmp_path / "message", tmp_path / "ours.der"
    message.write_bytes("医保".encode())
    signature.write_bytes(sign((bureau / "bureau.pem").read_bytes(), message.read_bytes()))
    how = ("-rawin", "-digest", "sm3", "-pkeyopt", ID, "-pubin", "-inkey", str(bureau / "bureau.pub"))
    openssl("pkeyutl", "-verify", *how, "-in", str(message), "-sigfile", str(signature))


def test_a_key_that_is_none_is_named(bureau: Path) -> None:
    """Neither a crash nor a pass."""
    with pytest.raises(Broken, match="no SM2 key"):
        verify(b"-----BEGIN NOTHING-----", b"message", b"signature")


@pytest.mark.parametrize(("signed", "status"), [(True, 0), (False, 1)])
def test_the_command_line_demands_the_signature(bureau: Path, signed: bool, status: int) -> None:
    """`terminal settle --bureau-key KEY --supplement FILE`."""
    if not signed:
        (bureau / "yantai-employee.toml.sig").unlink()
    command = [sys.executable, "-m", "terminal.cli", "settle", "--bureau-key", str(bureau / "bureau.pub")]
    given = ["--supplement", str(bureau / SUPPLEMENT.name), "examples/bills/07-chronic-b-hypertension.json"]
    done = subprocess.run([*command, *given], capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert ("unsigned" in done.stderr) is not signed
