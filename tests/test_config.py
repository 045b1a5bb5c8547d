"""The configuration: what stands in the sample, what is refused, and how the refusal names the place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from terminal.bureau.persons import load_providers
from terminal.bureau.reception import PATH
from terminal.config import Config, load
from terminal.errors import Refused

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "terminal.toml"

LEAST = """
[terminal]
id = "T00000001"
till_number = 1
[center]
url = "http://127.0.0.1:8432/"
area_code = "370600"
[[providers]]
id = "H37060100001"
name = "医院"
"""


def loaded(folder: Path, text: str) -> Config:
    """The configuration that `text` gives when it lies in `folder`."""
    file = folder / "terminal.toml"
    file.write_text(text, encoding="utf-8")
    return load(file)


def test_the_sample_shows_every_default_truly(tmp_path: Path) -> None:
    """Uncommenting every line of the sample that shows a default changes nothing."""
    sample = SAMPLE.read_text(encoding="utf-8")
    uncommented = re.sub(r"^# (?=[a-z_]+ = )", "", sample, flags=re.MULTILINE)
    uncommented = re.sub(r"^starts_at.*$", "", uncommented, flags=re.MULTILINE)
    assert uncommented.count(" = ") > sample.count("\n# ") > 20
    assert loaded(tmp_path, uncommented) == loaded(tmp_path, sample)


def test_the_sample_terminal_and_the_sample_center_know_each_other() -> None:
    """Who starts both as they are signs in: the same address, and every institution has an agreement there."""
    config = load(SAMPLE)
    known = load_providers(ROOT / "examples" / "bureau" / "providers.toml")
    assert config.center.url.endswith(f":8432{PATH}")
    assert {number: known[number].name for number in config.provider_names} == config.provider_names


def test_every_key_stands_in_the_sample() -> None:
    """Nobody has to read code to learn that a key exists."""
    sample = SAMPLE.read_text(encoding="utf-8")
    config = load(SAMPLE)
    keys = [
        key
        for section in Config.__struct_fields__
        for part in (getattr(config, section),)
        for key in (part[0] if isinstance(part, list) else part).__struct_fields__
    ]
    assert len(keys) > 30
    assert [key for key in keys if not re.search(rf"^(# )?{key} = ", sample, re.MULTILINE)] == []


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    """Whatever names a file means the one beside the configuration, whatever the working folder."""
    text = LEAST.replace("[center]", 'journal = "data/j.db"\n[center]\nsecrets = "s.toml"\nprofile = "own.toml"')
    text = text.replace("[center]", '[center]\ntls_authority = "ca"\ntls_certificate = "c"\ntls_key = "/etc/k"')
    text += '[api]\nsocket = "a.sock"\ntls_certificate = "t"\ntls_key = "u"\n'
    text += '[reader]\nkind = "simulated"\ncard = "card.toml"\n[psam]\ncard = "psam.toml"\n'
    text += '[receipt]\nlayout = "l.toml"\nfonts = ["f"]\n[catalogue]\nfile = "sold.csv"\n'
    text += '[policies]\nsupplements = ["/etc/a.toml", "b.toml"]\nbureau_key = "b.pem"\n'
    config = loaded(tmp_path, text)
    center, api, papers = config.center, config.api, config.receipt
    here = [config.terminal.journal, center.secrets, center.profile, center.tls_authority, center.tls_certificate]
    here += [api.socket, api.tls_certificate, api.tls_key, config.reader.card, config.psam.card, papers.layout]
    here += [*papers.fonts, config.catalogue.file, config.policies.bureau_key]
    names = "data/j.db s.toml own.toml ca c a.sock t u card.toml psam.toml l.toml f sold.csv b.pem"
    assert here == [str(tmp_path / name) for name in names.split()]
    assert config.policies.supplements == ["/etc/a.toml", str(tmp_path / "b.toml")]
    assert center.tls_key == "/etc/k"


def test_what_names_no_file_stays_as_it_is(tmp_path: Path) -> None:
    """A profile by its name, and what is not given."""
    config = loaded(tmp_path, LEAST)
    assert (config.center.profile, config.center.secrets, config.catalogue.file) == ("baseline", "", "")


def test_a_provider_goes_onto_the_bill_without_its_name(tmp_path: Path) -> None:
    """The name is for the receipt; the bill gets exactly its own keys."""
    config = loaded(tmp_path, LEAST + 'tier = 2\nkind = "community"\n')
    provider = config.providers_by_id["H37060100001"]
    assert (provider.tier, provider.kind, provider.designated) == (2, "community", True)
    assert not hasattr(provider, "name")
    assert config.provider_names == {"H37060100001": "医院"}


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("[center]", "tilt = 1\n[center]", "terminal.tilt"),
        ("till_number = 1", "till_number = 100", "terminal.till_number"),
        ("till_number = 1", 'till_number = "1"', "terminal.till_number"),
        ("till_number = 1", "", "terminal.till_number"),
        ("[center]", 'mode = "guess"\n[center]', "terminal.mode"),
        ('id = "T00000001"', 'id = "t 1"', "terminal.id"),
        ('id = "T00000001"', 'id = "T1\\n"', "terminal.id"),
        ('id = "T00000001"', "", "terminal.id"),
        ('"370600"', '"37060"', "center.area_code"),
        ('"370600"', "370600", "center.area_code"),
        ('"http://127.0.0.1:8432/"', '"ftp://center/"', "center.url"),
        ('"http://127.0.0.1:8432/"', '"http://user:secret@center/"', "center.url"),
        ("[[providers]]", "reply_timeout_seconds = 0\n[[providers]]", "center.reply_timeout_seconds"),
        (
            "[[providers]]",
            "retry_pause_seconds_min = 9\nretry_pause_seconds_max = 8\n[[providers]]",
            "center.retry_pause_seconds_min",
        ),
        ("[center]", '[api]\nhost = "0.0.0.0"\n[center]', "api.host"),
        ("[center]", '[api]\nhost = "terminal.example"\n[center]', "api.host"),
        ("[center]", '[api]\nhost = "0.0.0.0"\ntls_certificate = "a.pem"\n[center]', "api.tls_key"),
        ("[center]", '[api]\ntls_key = "a.key"\n[center]', "api.tls_certificate"),
        ("[center]", "[api]\nrequest_timeout_seconds = 0\n[center]", "api.request_timeout_seconds"),
        ("[center]", "[api]\nport = 65536\n[center]", "api.port"),
        ("[center]", '[reader]\nkind = "simulated"\n[center]', "reader.card"),
        ("[center]", '[reader]\nkind = "magic"\n[center]', "reader.kind"),
        ("[center]", '[printer]\nkind = "serial"\n[center]', "printer.port"),
        ("[center]", "[printer]\ncolumns = 33\n[center]", "printer.columns"),
        ("[center]", "[clock]\nstarts_at = 2021-06-30T08:00:00\n[center]", "clock.starts_at"),
        ('name = "医院"', 'name = ""', "providers[0].name"),
        ('name = "医院"', 'name = "医\\n院"', "providers[0].name"),
        ('name = "医院"', 'name = "医院"\ntier = 4', "providers[0].tier"),
        (
            'name = "医院"',
            'name = "医院"\n[[providers]]\nid = "H37060100001"\nname = "b"',
            "providers[1].id",
        ),
        ("[[providers]]", "[provider]", "providers"),
    ],
)
def test_a_mistake_is_refused_with_the_file_and_the_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    """The engineer reads which line of which file to mend; a secret in a value is not repeated."""
    assert old in LEAST
    with pytest.raises(Refused) as caught:
        loaded(tmp_path, LEAST.replace(old, new, 1))
    named = caught.value.at.removeprefix(f"{tmp_path / 'terminal.toml'}: ")
    assert named == key or (key == "providers" and named in ("provider", "providers"))
    assert "secret" not in str(caught.value)
    assert caught.value.message_zh
    assert not re.search("[A-Za-z]{2,} [A-Za-z]{2,}", caught.value.message_zh), caught.value.message_zh


@pytest.mark.parametrize("text", ["[terminal", "id = 1\nid = 2", "\ud800"])
def test_what_is_not_toml_names_the_file(tmp_path: Path, text: str) -> None:
    """Broken syntax, a key given twice and bytes that are not UTF-8 are refused alike."""
    file = tmp_path / "terminal.toml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(Refused) as caught:
        load(file)
    assert caught.value.at == str(file)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    """A wrong path is a plain message, not a traceback."""
    with pytest.raises(Refused, match=r"nowhere\.toml: cannot be read"):
        load(tmp_path / "nowhere.toml")
