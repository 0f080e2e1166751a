"""Opening pictures in whatever this machine opens pictures with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def open_files(paths: Sequence[Path]) -> None:
    """Open each of ``paths``.

    Raises:
        StudioloError: there is nothing to open them with.
    """
    for path in paths:
        _open(path.resolve())


def _open(path: Path) -> None:
    from studiolo.errors import StudioloError

    if sys.platform == "win32":
        os.startfile(path)  # noqa: S606 - Windows' own way
        return
    program = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if program is None:
        raise StudioloError("There is no viewer to open pictures with.", hint=f"The picture is {path}")
    done = subprocess.run(  # noqa: S603 - a program of the system, with one path
        [program, str(path)], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode != 0:
        raise StudioloError("The viewer did not open the picture.", hint=f"The picture is {path}")
