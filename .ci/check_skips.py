"""Fail if a test that should run here was skipped: `python .ci/check_skips.py junit.xml`."""

# ruff: noqa: INP001, T201 - a script, and it prints

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

# "path of the test's module as a dotted name::test" -> why it cannot run in CI
ALLOWED: dict[str, str] = {
    "tests.cli.test_bad_input::test_a_folder_of_somebody_else": "root may write anywhere; CI runs as root",
    **{
        f"tests.engines.{suite}::test_fault": "a fault that this service cannot have; the suite says why"
        for suite in (
            "automatic1111.test_hosted.TestFaults",
            "bedrock.test_hosted.TestFaults",
            "comfyui.test_hosted.TestFaults",
            "hosted.test_catches.TestDemo",
            "huggingface.test_hosted.TestFaults",
            "openai_images.test_hosted.TestFaults",
            "replicate.test_hosted.TestFaults",
        )
    },
}


def main(report: Path) -> int:
    """Print every skip that is not allowed; 1 if there is one, or if nothing ran."""
    cases = list(ElementTree.parse(report).getroot().iter("testcase"))  # noqa: S314 - our own file
    skips = {
        f"{case.get('classname')}::{case.get('name')}": skipped.get("message", "")
        for case in cases
        if (skipped := case.find("skipped")) is not None and skipped.get("type") != "pytest.xfail"
    }
    wrong = {test: reason for test, reason in skips.items() if test.partition("[")[0] not in ALLOWED}
    for test, reason in sorted(wrong.items()):
        print(f"skipped, but should run here: {test}: {reason}", file=sys.stderr)
    if len(cases) == len(skips):
        print("no test ran", file=sys.stderr)
    return 1 if wrong or len(cases) == len(skips) else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
