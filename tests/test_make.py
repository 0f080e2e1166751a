"""`make` on a fresh machine: what it installs, and what it says where Python is too old or missing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def clone(root: Path, tmp_path: Path) -> Path:
    """A folder in which make finds nothing installed yet."""
    folder = tmp_path / "clone"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(root / name, folder)
    return folder


def make(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", "-C", clone, *arguments], capture_output=True, text=True, timeout=60)


def planned(clone: Path, target: str) -> str:
    done = make(clone, "-n", target)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_demo_installs_only_what_users_need(clone: Path):
    plan = planned(clone, "demo")
    assert "pip install -e .\n" in plan
    assert "[dev]" not in plan
    assert "studiolo generate" in plan


def test_demo_installs_nothing_the_second_time_nor_after_setup(clone: Path):
    (clone / ".venv").mkdir()
    (clone / ".venv/.stamp-base").touch()
    assert "pip install" not in planned(clone, "demo")


def test_the_studio_has_every_task_without_torch(clone: Path):
    plan = planned(clone, "studio")
    assert "pip install -e '.[editing]'" in plan
    assert "[dev]" not in plan
    assert ".venv/bin/studiolo serve" in plan


def test_a_changed_pyproject_is_installed_again(clone: Path):
    (clone / ".venv").mkdir()
    stamp = clone / ".venv/.stamp-dev"
    stamp.touch()
    assert "pip install" not in planned(clone, "test")
    (clone / "pyproject.toml").touch()
    assert "pip install -e '.[dev]'" in planned(clone, "test")


def test_torch_is_installed_for_training_only(clone: Path):
    plan = planned(clone, "pocket")
    assert "pip install -e '.[training]'" in plan
    assert ".venv-training/bin/python -m training all" in plan
    assert "nice" in plan


def test_a_python_too_old_is_said(clone: Path, tmp_path: Path):
    old = tmp_path / "python3.8"
    answers = '[ "$1" = -V ] && echo "Python 3.8.10" && exit 0'
    old.write_text(f"#!/bin/sh\n{answers}\nexit 1\n")
    old.chmod(0o755)
    done = make(clone, f"PYTHON={old}", "setup")
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stderr
    assert "Python 3.8.10" in done.stderr
    assert not (clone / ".venv").exists()


def test_a_missing_python_is_said(clone: Path):
    done = make(clone, "PYTHON=no-such-python", "demo")
    assert done.returncode != 0
    assert "was not found as 'no-such-python'" in done.stderr


def test_a_missing_venv_module_is_said_and_leaves_nothing(clone: Path, tmp_path: Path):
    broken = tmp_path / "python3"
    broken.write_text(
        f'#!/bin/sh\n[ "$2" = venv ] && mkdir -p "$3" && exit 1\nexec "{sys.executable}" "$@"\n'
    )
    broken.chmod(0o755)
    done = make(clone, f"PYTHON={broken}", "setup")
    assert done.returncode != 0
    assert "apt install python3-venv" in done.stderr
    assert not (clone / ".venv").exists()


REPORT = """<testsuites><testsuite>{}</testsuite></testsuites>"""
RAN = '<testcase classname="tests.test_a" name="test_ran"/>'
SKIPPED = """<testcase classname="tests.test_a" name="test_b[1]">
    <skipped type="pytest.skip" message="why"/></testcase>"""
EXPECTED = """<testcase classname="tests.test_a" name="test_c">
    <skipped type="pytest.xfail" message="why"/></testcase>"""


@pytest.mark.parametrize(
    ("cases", "code", "said"),
    [
        (RAN, 0, ""),
        (RAN + EXPECTED, 0, ""),
        (RAN + SKIPPED, 1, "tests.test_a::test_b[1]: why"),
        (SKIPPED, 1, "no test ran"),
        ("", 1, "no test ran"),
    ],
)
def test_ci_fails_where_tests_were_skipped(root: Path, tmp_path: Path, cases: str, code: int, said: str):
    report = tmp_path / "junit.xml"
    report.write_text(REPORT.format(cases))
    done = subprocess.run(
        [sys.executable, root / ".ci/check_skips.py", report], capture_output=True, text=True
    )
    assert done.returncode == code
    assert said in done.stderr


def test_every_allowed_skip_is_a_test_that_exists(root: Path):
    allowed: dict[str, object] = {}
    exec((root / ".ci/check_skips.py").read_text(), allowed)
    for test in allowed["ALLOWED"]:  # pyright: ignore[reportGeneralTypeIssues]
        place, _, name = str(test).partition("::")
        module, _, suite = place.partition(".Test")  # of a suite's subclass the suite has the test
        text = (root / module.replace(".", "/")).with_suffix(".py").read_text()
        assert (f"class Test{suite}(" if suite else f"def {name}(") in text
