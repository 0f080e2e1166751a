from __future__ import annotations

import errno
import json

import pytest

from studiolo.cli.failure import exit_code, explain, report
from studiolo.errors import (
    Cancelled,
    DiskFullError,
    EngineError,
    InputError,
    InvalidRequestError,
    StudioloError,
)


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (InvalidRequestError("no"), InvalidRequestError, 2),
        (EngineError("no"), EngineError, 1),
        (KeyboardInterrupt(), Cancelled, 130),
        (OSError(errno.ENOSPC, "No space left on device", "/x/a.png"), DiskFullError, 1),
        (OSError(errno.EDQUOT, "Quota exceeded", "/x/a.png"), DiskFullError, 1),
        (OSError(errno.EROFS, "Read-only file system", "/x/a.png"), StudioloError, 1),
        (PermissionError(errno.EACCES, "Permission denied", "/x/a.png"), StudioloError, 1),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "/x/a.png"), InputError, 2),
        (NotADirectoryError(errno.ENOTDIR, "Not a directory", "/x/a.png"), InputError, 2),
        (OSError(errno.EIO, "Input/output error", "/x/a.png"), StudioloError, 1),
        (MemoryError(), StudioloError, 1),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), InputError, 2),
        (ZeroDivisionError("division by zero"), StudioloError, 1),
    ],
)
def test_every_error_has_a_kind_a_line_and_a_code(error: BaseException, kind: type[StudioloError], code: int):
    told = explain(error)
    assert type(told) is kind
    assert exit_code(error) == code
    assert told.message
    assert "\n" not in told.message
    if isinstance(error, OSError):
        assert "/x/a.png" in told.message


def test_an_error_is_one_line_and_a_hint_whatever_is_in_it(capsys: pytest.CaptureFixture[str]):
    report(InputError("bad\n\x1b[2J[bold]name[/bold] " + "long " * 60, hint="do\nthis"), as_json=False)
    captured = capsys.readouterr()
    assert captured.out == ""
    error, hint = captured.err.splitlines()
    assert error.startswith("error: bad [2J[bold]name[/bold] long")
    assert len(error) > 300  # not folded: one error is one line, also for grep
    assert hint == "hint: do this"


def test_an_error_as_json(capsys: pytest.CaptureFixture[str]):
    report(InputError('say "x"', hint="y"), as_json=True)
    assert json.loads(capsys.readouterr().err) == {
        "error": {"type": "InputError", "message": 'say "x"', "hint": "y"}
    }
