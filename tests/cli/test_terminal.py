"""In a terminal: what a person sees, presses and is asked."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable

import pexpect
import pytest

from .conftest import Done, plain

Run = Callable[..., Done]
Terminal = Callable[..., pexpect.spawn]

KITTY = {"TERM": "xterm-kitty"}


def finish(child: pexpect.spawn) -> str:
    child.expect(pexpect.EOF)
    child.wait()
    return child.before


def test_progress_then_the_picture(terminal: Terminal, slow_engine: str):
    child = terminal(
        "generate", "a red apple", "a pear", "-e", slow_engine, "--seed", 5, "--steps", 8, **KITTY
    )
    child.expect("painting")
    child.expect("step [0-9]+/8")
    child.expect("1 of 2")
    rest = finish(child)
    assert child.exitstatus == 0
    assert "s left" in rest
    assert "\x1b_Ga=T,f=100" in rest  # the contact sheet
    seen = plain(rest)
    assert re.search(r"2 of 2  \w{9}-\w{4}  seed 5 · 1\.2 s", seen)
    assert "slowly painted" in seen
    assert ".png" in seen
    assert rest.rstrip().endswith("\x1b\\")  # nothing after the picture
    assert rest.count("\x1b[?25h") >= rest.count("\x1b[?25l")  # the cursor is back


def test_ctrl_c_stops_within_a_step_and_keeps_what_is_finished(
    terminal: Terminal, slow_engine: str, run: Run
):
    child = terminal("generate", "an apple", "-n", 3, "-e", slow_engine, "--steps", 10, "--no-preview")
    child.expect("1 of 3 .*seed")
    child.expect("2 of 3")
    child.sendintr()
    pressed = time.monotonic()
    rest = finish(child)
    assert time.monotonic() - pressed < 3
    assert child.exitstatus == 130
    assert "cancelled: 1 of 3 pictures kept." in plain(rest)
    assert "Traceback" not in rest
    assert "\x1b[?25h" in rest
    assert len(run("gallery", "list").lines) == 1


def test_a_second_ctrl_c_ends_at_once(terminal: Terminal, slow_engine: str, monkeypatch: pytest.MonkeyPatch):
    # A step that takes long: the first Ctrl-C cannot be answered before its end.
    child = terminal("generate", "an apple", "-e", slow_engine, "--no-preview", SLOW_STEP_S="20")
    child.expect("starting")
    time.sleep(0.8)
    child.sendintr()
    time.sleep(0.3)
    child.sendintr()
    rest = finish(child)
    assert child.signalstatus == signal.SIGINT or child.exitstatus == 130
    assert "Traceback" not in rest


def test_delete_asks(terminal: Terminal, run: Run):
    run("generate", "a red apple")
    child = terminal("gallery", "delete", "latest")
    child.expect("a red apple")
    child.expect_exact("Delete 1 picture? [y/N]: ")
    child.sendline("n")
    assert "Nothing was changed." in finish(child)
    assert child.exitstatus == 130
    assert len(run("gallery", "list").lines) == 1
    child = terminal("gallery", "delete", "latest")
    child.expect_exact("[y/N]: ")
    child.sendline("y")
    assert "Undo: studiolo gallery restore" in plain(finish(child))
    assert run("gallery", "list").out == ""


def test_a_narrow_terminal_shows_progress(terminal: Terminal, slow_engine: str):
    child = terminal("generate", "an apple", "-e", slow_engine, "--no-preview", columns=40)
    lines = re.split("[\r\n]", plain(finish(child)))
    assert child.exitstatus == 0
    shown = [line for line in lines if "step" in line]
    assert shown
    # Room for the "^C" that the terminal echoes, or a torn bar is left behind.
    assert max(map(len, shown)) <= 38


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"NO_COLOR": "1"}, {"PYTHONIOENCODING": "ascii"}])
def test_plain_terminals_work(environment: dict[str, str], terminal: Terminal, slow_engine: str):
    child = terminal("generate", "a café", "-e", slow_engine, **environment)
    rest = finish(child)
    assert child.exitstatus == 0
    assert "seed" in rest
    assert "▀" not in rest
    if environment.get("TERM") == "dumb":
        assert "\x1b" not in rest
    if "NO_COLOR" in environment:
        assert not re.search("\x1b\\[3[0-7]m", rest)
    if "PYTHONIOENCODING" in environment:
        assert rest.isascii()


def test_a_terminal_that_answers_gets_its_own_pictures(terminal: Terminal):
    child = terminal("generate", "an apple", TERM="xterm")
    child.expect_exact("\x1b[c")
    child.send("\x1b[?62;4;22c")
    assert "\x1bP0;1;0q" in finish(child)


def test_a_silent_terminal_gets_half_blocks(terminal: Terminal):
    child = terminal("generate", "an apple", COLORTERM="truecolor")
    rest = finish(child)
    assert "▀" in rest
    assert child.exitstatus == 0


def test_an_error_is_coloured_but_says_the_same(terminal: Terminal):
    child = terminal("generate", "")
    rest = finish(child)
    assert "\x1b[1;31merror:" in rest
    assert "error: The prompt is empty." in plain(rest)
