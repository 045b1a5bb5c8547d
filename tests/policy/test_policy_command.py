"""`terminal policy`: the law on the shelf can be listed, read, compared and checked from the command line."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

PACKS = Path(str(resources.files("terminal.settlement.packs")))
YANTAI = PACKS / "yantai-employee" / "2018-01-01.toml"
BROKEN = sorted(Path("tests/packs/broken").glob("*.toml"))


def policy(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as a user would run it."""
    command = [sys.executable, "-m", "terminal.cli", "policy", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def shown(*arguments: str) -> str:
    """Its page; the command must succeed."""
    done = policy(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def squeezed(page: str) -> list[str]:
    """The lines of a page with single spaces."""
    return [" ".join(line.split()) for line in page.splitlines()]


def test_the_list_has_every_version_with_its_days_services_and_open_values() -> None:
    """One line a pack file; Yantai's decree ran from 2018-01-01 to 2022-12-31 and pools stays and chronic disease."""
    _, *rows = squeezed(shown("list"))
    assert len(rows) == len(list(PACKS.glob("*/20*.toml")))
    employee = next(row for row in rows if row.startswith("yantai-employee 2018-01-01"))
    assert re.fullmatch(
        r"yantai-employee 2018-01-01 2018-01-01 2022-12-31 \d+ 烟台市职工基本医疗保险实施办法 "
        r"inpatient, outpatient, chronic, pharmacy",
        employee,
    )


def test_the_open_values_of_the_list_are_those_of_the_file() -> None:
    """As many as rows that say `from = "bureau"`."""
    _, *rows = squeezed(shown("list"))
    for row in rows:
        name, version, _, _, left, *_ = row.split(" ")
        text = (PACKS / name / f"{version}.toml").read_text(encoding="utf-8")
        assert int(left) == len(re.findall(r'^from = "bureau"', text, flags=re.MULTILINE)), name


def test_a_policy_shows_value_condition_and_article() -> None:
    """第十二条: 800.00 at tier 3; 第十一条: 80%, 85%, 90% there; 第十四条: 250000; 第十三条 leaves a limit open."""
    page = squeezed(shown("show", "yantai-employee"))
    assert "起付线 base 800.00 tier = 3 第十二条" in page
    segments = page.index("至 to 5000.00: 80% tier = 3 第十一条")
    assert page[segments + 1 : segments + 3] == ["至 to 10000.00: 85%", "以上 above: 90%"]
    assert "金额 amount 250000.00" in " ".join(page)
    assert any(line.startswith("本项限额 limit 待定 left to: 第十三条") for line in page)
    assert any(line.startswith("I: 提高5% is read as five points") for line in page)


def test_every_rule_of_every_policy_is_shown_with_its_article() -> None:
    """As many articles beside rows as the file has rows with `cite`."""
    for path in sorted(PACKS.glob("*/20*.toml")):
        page = shown("show", str(path))
        for cite in set(re.findall(r'^cite = "(.*)"', path.read_text(encoding="utf-8"), flags=re.MULTILINE)):
            assert cite in page, f"{path.parent.name}: {cite}"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("show", "atlantis"), "policy: unknown policy atlantis; known: beijing-account"),
        (
            ("show", "yantai-employee@2019-01-01"),
            "policy: yantai-employee has no version 2019-01-01; it has 2018-01-01",
        ),
        (("show", "yantai-employee", "--date", "2030-01-01"), "date: yantai-employee is in force from 2018-01-01"),
        (("show", "yantai-employee@2018-01-01", "--date", "2019-01-01"), "--date: yantai-employee@2018-01-01 names"),
        (("diff", "yantai-employee", "atlantis"), "policy: unknown policy atlantis"),
        (("diff", "yantai-employee", "missing.toml"), "missing.toml: cannot read: No such file"),
        (("check", "missing.toml"), "missing.toml: cannot read: No such file"),
    ],
)
def test_a_wrong_name_gets_one_line_that_names_it(arguments: tuple[str, ...], says: str) -> None:
    """Nothing on standard output, status 1."""
    done = policy(*arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"terminal: {says}")
    assert done.stderr.count("\n") == 1


def test_a_date_chooses_the_version_in_force() -> None:
    """The last day of Yantai's decree still has it."""
    assert shown("show", "yantai-employee", "--date", "2022-12-31") == shown("show", "yantai-employee@2018-01-01")


def test_a_diff_tells_what_changed_rule_by_rule_with_articles(tmp_path: Path) -> None:
    """The third tier's line goes to 900.00, its first rate to 82%, and the retirees' points go; nothing else."""
    text = YANTAI.read_text(encoding="utf-8")
    changed = text.replace('base = "800.00"', 'base = "900.00"').replace('["0.80", "0.85",', '["0.82", "0.85",')
    points = changed.index("[[service.inpatient.points]]")
    changed = changed[:points] + changed[changed.index("# ----", points) :]
    (tmp_path / "changed.toml").write_text(changed, encoding="utf-8")
    page = shown("diff", "yantai-employee@2018-01-01", str(tmp_path / "changed.toml"))
    blocks = {block.splitlines()[0]: squeezed(block)[1:] for block in page.split("\n\n")[1:]}
    line = blocks.pop("起付线 service.inpatient.deductible · tier = 3")
    assert line == ["- 起付线 base 800.00", "- (第十二条)", "+ 起付线 base 900.00", "+ (第十二条)"]
    rates = blocks.pop("分段支付比例 service.inpatient.segments · tier = 3")
    assert rates == ["- 至 to 5000.00: 80%", "- (第十一条)", "+ 至 to 5000.00: 82%", "+ (第十一条)"]
    removed = blocks.popitem()
    assert removed[0].startswith("增加比例 service.inpatient.points · category = retiree")
    assert {"- 增加 points 5%", "- (第十一条)"} <= set(removed[1])
    assert blocks == {}


def test_a_diff_sees_rows_that_change_places(tmp_path: Path) -> None:
    """The first row that holds counts, so that their order is law."""
    head, *rows = YANTAI.read_text(encoding="utf-8").partition("[[service.inpatient.deductible]]\nwhen = { tier = 1 }")
    second = "".join(rows).index("[[service.inpatient.deductible]]\nwhen = { tier = 2 }")
    third = "".join(rows).index("[[service.inpatient.deductible]]\nwhen = { tier = 3 }")
    body = "".join(rows)
    (tmp_path / "moved.toml").write_text(head + body[second:third] + body[:second] + body[third:], encoding="utf-8")
    page = shown("diff", "yantai-employee", str(tmp_path / "moved.toml"))
    assert page.split("\n\n")[1:] == ["service.inpatient.deductible: 行的先后不同 the rows stand in another order\n"]


def test_no_difference_is_said() -> None:
    """A pack and its own file."""
    assert "没有差别 no difference" in shown("diff", "yantai-employee", str(YANTAI))


def test_a_sound_pack_and_a_sound_supplement_pass_the_check_in_one_line() -> None:
    """Status 0; an illustrative supplement is called so."""
    pack = shown("check", str(YANTAI))
    given = shown("check", "examples/supplements/yantai-employee.toml")
    assert pack == f"{YANTAI}: 政策包 pack yantai-employee 2018-01-01: 无误 sound\n"
    assert "示例补充参数 illustrative supplement yantai-employee" in given
    assert given.count("\n") == 1


@pytest.mark.parametrize("path", BROKEN[:6], ids=[path.stem for path in BROKEN[:6]])
def test_a_broken_pack_gets_the_loaders_message_with_file_and_line(path: Path) -> None:
    """Each file's first line says what the loader must say."""
    expected = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# expect: ")
    done = policy("check", str(path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"terminal: {expected.replace(path.name, str(path), 1)}\n"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('amount = "3000.00"', 'amount = "3000"', "exactly two places"),
        ("[[service.chronic.limit]]", "[[service.inpatient.limit]]", "does not leave this to the bureau"),
        ('policy = "yantai-employee"', 'policy = "atlantis-employee"', "unknown policy atlantis-employee"),
    ],
)
def test_a_faulty_supplement_is_refused_with_its_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    """It may give only what the pack leaves open, in the pack's own form."""
    text = Path("examples/supplements/yantai-employee.toml").read_text(encoding="utf-8")
    (tmp_path / "faulty.toml").write_text(text.replace(old, new), encoding="utf-8")
    done = policy("check", str(tmp_path / "faulty.toml"))
    assert done.returncode == 1
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert message.startswith("unknown policy") or re.search(r"faulty\.toml:\d+: ", done.stderr)
