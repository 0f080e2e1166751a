"""``suggest``, ``ask``, ``describe``, ``tag``, ``translate``, ``speak``: for a person, a pipe, a program."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest
from PIL import Image

from studiolo.audio.decoding import decode

from .conftest import Done

Run = Callable[..., Done]


@pytest.fixture(autouse=True)
def _fakes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STUDIOLO_ASSISTANT", "fake")
    monkeypatch.setenv("STUDIOLO_SPEECH", "fake")


@pytest.fixture
def reply(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """Have the fake assistant say so."""

    def say(what: object) -> None:
        text = what if isinstance(what, str) else json.dumps(what)
        monkeypatch.setenv("STUDIOLO_ENGINES__FAKE__REPLY", text)

    return say


@pytest.fixture
def picture(run: Run) -> str:
    return Path(run("generate", "a house", "--size", "64").lines[0]).stem


def _documents(text: str) -> list[str]:
    """The JSON documents that stand one after the other."""
    found, decoder = [], json.JSONDecoder()
    while text.strip():
        _, end = decoder.raw_decode(text.lstrip())
        found.append(text.lstrip()[:end])
        text = text.lstrip()[end:]
    return found


class TestAsk:
    def test_a_pipe_gets_the_answer_and_nothing_else(self, program: Run, picture: str):
        done = program("ask", picture, "what", "is", "it?")
        assert (done.code, done.out, done.err) == (0, "[1 seen] what is it?\n", "")

    def test_json_has_everything(self, run: Run, picture: str):
        told = run("ask", "latest", "what is it?", "--json").json
        assert told["question"] == "what is it?"
        assert told["text"] == "[1 seen] what is it?"
        assert (told["engine"], told["finish"], told["picture_id"]) == ("fake", "complete", picture)
        assert told["usage"]["output_tokens"] == 5
        (kept,) = run("gallery", "show", picture, "--json").json["answers"]
        assert kept["id"] == told["id"]

    def test_a_person_sees_what_it_used_and_where_it_stays(self, look: Run, picture: str, run: Run):
        told = look("ask", picture, "what is it?")
        assert told.out.strip() == "[1 seen] what is it?"
        assert "tokens" in told.err
        Image.new("RGB", (8, 8)).save("other.png")
        assert "Not kept" in look("ask", "other.png", "what is it?").err
        assert "what is it?" in look("gallery", "show", picture, "--no-preview").out

    def test_the_question_may_come_from_stdin(self, run: Run, picture: str):
        assert run("ask", picture, "-", stdin="what is\nit?\n").out == "[1 seen] what is\nit?\n"

    def test_a_conversation_goes_on_line_by_line(self, run: Run, picture: str):
        done = run("ask", picture, stdin="what is it?\n\nand its colour?\n")
        assert done.lines == ["[1 seen] what is it?", "[1 seen] and its colour?"]
        assert len(run("gallery", "show", picture, "--json").json["answers"]) == 2

    def test_a_followed_up_conversation_says_each_turn_once(self, run: Run, picture: str):
        run("ask", picture, "earlier?")
        done = run("ask", picture, "--follow-up", "--json", stdin="one?\ntwo?\n")
        used = [json.loads(line)["usage"]["input_tokens"] for line in _documents(done.out)]
        alone = json.loads(run("ask", picture, "two?", "--json").out)["usage"]["input_tokens"]
        # the system's words, three turns asked and two answered ("[1 seen] earlier?" is three words)
        assert used[1] - alone == 1 + 3 + 1 + 3

    def test_a_conversation_with_a_person(self, terminal: Callable[..., pexpect.spawn], picture: str):
        child = terminal("ask", picture)
        child.expect("> ")
        child.sendline("what is it?")
        child.expect(r"\[1 seen\] what is it\?")
        child.expect("> ")
        child.sendline("")
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 0

    def test_search_finds_what_was_asked(self, run: Run, picture: str):
        run("ask", picture, "where is the umbrella?")
        assert picture in run("gallery", "search", "umbrella").out

    def test_what_is_said_of_numbers_and_scripts_stays_readable(self, run: Run, picture: str, reply):
        reply("3\u00a0pommes, 42\u202fkg \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645")
        assert run("ask", picture, "what?").out.startswith("3 pommes, 42 kg \u0645\u06cc\u200c")

    def test_an_answer_is_not_lost_because_it_could_not_be_spoken(self, run: Run):
        Image.new("RGB", (8, 8)).save("other.png")
        done = run("ask", "other.png", "what is it?", "--speak", "--voice", "nobody", "--json")
        assert done.code == 2
        assert json.loads(done.out)["text"] == "[1 seen] what is it?"
        assert "nobody" in done.err

    def test_whoever_stops_reading_loses_nothing(
        self, run: Run, picture: str, monkeypatch: pytest.MonkeyPatch
    ):
        class Gone(io.StringIO):
            encoding = "utf-8"  # pyright: ignore[reportAssignmentType]
            written = 0

            def write(self, text: str) -> int:
                self.written += 1
                if self.written > 2:
                    raise BrokenPipeError
                return len(text)

        with monkeypatch.context() as patch:
            patch.setattr("sys.stdout", Gone())
            patch.setattr("studiolo.cli.app._abandon_stdout", lambda: None)
            from studiolo.cli import main

            assert main(["ask", picture, "one two three four"]) == 141
        (kept,) = run("gallery", "show", picture, "--json").json["answers"]
        assert kept["finish"] == "cancelled"
        assert kept["text"].startswith("[1 seen]")

    @pytest.mark.parametrize("kind", ["wav", "mp3"])
    def test_an_answer_is_spoken(self, run: Run, picture: str, kind: str):
        told = run("ask", picture, "what is it?", "-o", f"sub/said.{kind}", "--json").json
        assert told["speech"]["path"] == f"sub/said.{kind}"
        assert decode(Path(told["speech"]["path"]).read_bytes()).seconds > 0.3
        kept = run("ask", picture, "what is it?", "--speak", "--json").json["speech"]
        assert Path(kept["path"]).exists()
        assert "speech" in kept["path"]

    def test_an_answer_about_another_picture_is_spoken_here(self, run: Run):
        Image.new("RGB", (8, 8)).save("other.png")
        assert run("ask", "other.png", "what?", "--speak").code == 0
        assert Path("speech.wav").exists()

    def test_terminal_codes_of_a_model_do_not_reach_the_terminal(self, run: Run, picture: str, reply):
        reply("red \x1b[31m apple \x07 \u202e end")
        told = run("ask", picture, "what?").out
        assert "\x1b" not in told
        assert "\x07" not in told
        assert "\u202e" not in told

    @pytest.mark.parametrize(
        ("arguments", "code", "said"),
        [
            (["latest", "?"], 2, "There is no question."),
            (["nothing.png", "what?"], 2, "no file 'nothing.png'"),
            (["text.png", "what?"], 2, "text.png"),
            (["latest", "what?", "--engine", "olama"], 2, "no chat engine 'olama'"),
            (["latest", "what?", "--temperature", "9"], 2, "temperature"),
            (["latest", "what?", "-o", "x.ogg"], 2, "not as .ogg"),
            (["latest", "what?", "-o", "taken.wav"], 2, "exists already"),
            (["latest", "what?", "-o", "-"], 2, "goes to stdout"),
            (["latest", "what?", "--engine", "openai:gpt-4o"], 1, "key"),
            (["http://169.254.169.254/latest/meta-data", "what?"], 2, "169.254.169.254"),
            (["latest"], 2, "There is no question."),
        ],
    )
    def test_what_is_wrong_is_said_in_two_lines(
        self, run: Run, picture: str, arguments: list[str], code: int, said: str
    ):
        del picture
        Path("text.png").write_text("no picture")
        Path("taken.wav").touch()
        done = run("ask", *arguments)
        assert (done.code, done.out) == (code, "")
        assert said in done.err
        assert [line.split(":")[0] for line in done.err.splitlines()] == ["error", "hint"]

    def test_offline_says_so(self, run: Run, picture: str, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("STUDIOLO_OFFLINE", "1")
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        done = run("ask", picture, "what?", "--engine", "openai:gpt-4o")
        assert done.code == 1
        assert "OFFLINE" in done.err


class TestDescribeAndTag:
    def test_a_description_streams_and_is_kept(self, run: Run, picture: str, reply):
        reply("A house.\nWith a roof.")
        assert run("describe", picture).out == "A house.\nWith a roof.\n"
        (kept,) = run("gallery", "show", picture, "--json").json["answers"]
        assert kept["kind"] == "description"

    def test_tags_are_added(self, run: Run, look: Run, picture: str, reply):
        reply({"tags": ["house", "Blue", "calm"]})
        assert run("tag", picture).out == f"{picture}\thouse,blue,calm\n"
        assert look("tag", picture).out.strip() == "house, blue, calm"
        assert json.loads(run("tag", picture, "latest", "--json").lines[1])["tags"] == [
            "house",
            "blue",
            "calm",
        ]
        assert run("gallery", "show", picture, "--json").json["tags"] == ["house", "blue", "calm"]

    def test_a_bad_answer_shows_what_was_said(self, run: Run, picture: str, reply):
        reply("no idea")
        done = run("tag", picture)
        assert done.code == 1
        assert "It said: no idea" in done.err


class TestSuggest:
    def test_a_pipe_gets_one_prompt_a_line(self, run: Run, reply):
        reply({"prompts": ["a fox", "two\nfoxes", "three foxes"]})
        assert run("suggest", "--style", "ink", "-k", "fox, snow", "-k", "lamp").lines == [
            "a fox", "two foxes", "three foxes",
        ]  # fmt: skip

    def test_a_person_sees_them_numbered(self, look: Run, reply):
        reply({"prompts": ["a fox", "two foxes"]})
        told = look("suggest", "--style", "ink", "-n", "2")
        assert told.out.split() == ["1", "a", "fox", "2", "two", "foxes"]
        assert "studiolo generate" in told.err

    def test_suggestions_can_be_painted_in_one_line(self, run: Run, reply):
        reply({"prompts": ["a fox", "two foxes", "three foxes"]})
        prompts = run("suggest", "--style", "ink").out
        assert len(run("generate", "-", "--size", "32", stdin=prompts).paths) == 3

    def test_nothing_to_go_by(self, run: Run):
        done = run("suggest")
        assert (done.code, done.out) == (2, "")
        assert "nothing to go by" in done.err


class TestTranslate:
    def test_english_is_left_alone(self, run: Run):
        done = run("translate", "a", "red", "apple")
        assert done.out == "a red apple\n"
        assert "English already" in done.err

    def test_a_model_translates(self, run: Run, reply):
        reply({"language": "Korean", "english": "a red apple"})
        done = run("translate", "-", stdin="빨간 사과\n")
        assert done.out == "a red apple\n"
        assert "translated from Korean" in done.err
        assert run("translate", "빨간 사과", "--json").json["language"] == "ko"

    def test_an_unknown_language_is_said(self, run: Run):
        done = run("translate", "pain", "--from", "frensh")
        assert done.code == 2
        assert "French" in done.err


class TestSpeak:
    def test_a_text_is_written_here_under_a_free_name(self, run: Run):
        assert run("speak", "hello", "there").out == "speech.wav\n"
        assert run("speak", "hello there").out == "speech-2.wav\n"
        assert decode(Path("speech.wav").read_bytes()).seconds == pytest.approx(0.2, abs=0.05)

    def test_stdout_takes_the_audio(self, program: Run):
        import subprocess

        from .conftest import PROGRAM

        done = subprocess.run(
            [*PROGRAM, "speak", "-", "-o", "-"], input=b"hello", capture_output=True, check=True
        )
        assert decode(done.stdout).seconds > 0.05
        assert list(Path().glob("speech*")) == []

    def test_an_answer_is_spoken_and_its_audio_kept(self, run: Run, picture: str):
        run("ask", picture, "what is it?")
        told = run("speak", "--answer", "latest", "--format", "mp3", "--json").json
        assert told["path"].endswith(".mp3")
        (kept,) = run("gallery", "show", picture, "--json").json["answers"]
        assert kept["speech"]["format"] == "mp3"
        assert kept["id"] == told["answer_id"]

    def test_voices_are_listed(self, run: Run):
        assert run("speak", "--voices").out == "hum\ten\tA hum.\n"
        korean = run("speak", "--voices", "--engine", "espeak", "--language", "Korean").lines
        assert [line.split("\t")[1] for line in korean] == ["ko"]

    def test_espeak_says_it(self, run: Run):
        assert run("speak", "Two red apples.", "--engine", "espeak", "-o", "apples.mp3").code == 0
        clip = decode(Path("apples.mp3").read_bytes())
        assert 0.5 < clip.seconds < 3

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            ([], "nothing to say"),
            (["hello", "--answer", "latest"], "a text and an answer"),
            (["--answer", "zzzz"], "none that was given"),
            (["hello", "-o", "a.flac"], "not as .flac"),
            (["hello", "-o", "a.wav", "--format", "mp3"], "--format is mp3"),
            (["hello", "--speed", "20"], "speed"),
            (["hello", "--language", "xx-klingon"], "klingon"),
            (["?!"], "nothing to say"),
        ],
    )
    def test_what_is_wrong_is_said(self, run: Run, arguments: list[str], said: str):
        done = run("speak", *arguments)
        assert (done.code, done.out) == (2, "")
        assert said in done.err

    def test_without_a_player_the_file_is_named(self, run: Run, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("PATH", "")
        done = run("speak", "hello", "--play")
        assert done.code == 1
        assert "speech.wav" in done.err


def test_generate_translates_and_can_be_told_not_to(run: Run, reply, monkeypatch: pytest.MonkeyPatch):
    reply({"language": "Korean", "english": "a red apple"})
    told = json.loads(
        run("generate", "빨간 사과", "--engine", "pocket", "--size", "256", "--steps", "1", "--json").out
    )
    assert (told["prompt"], told["original_prompt"]) == ("a red apple", "빨간 사과")
    as_given = json.loads(run("generate", "빨간 사과", "--size", "32", "--no-translate", "--json").out)
    assert as_given["prompt"] == "빨간 사과"


def test_output_that_nobody_reads_ends_quietly(monkeypatch: pytest.MonkeyPatch, run: Run, picture: str):
    class Closed(io.StringIO):
        encoding = "utf-8"  # pyright: ignore[reportAssignmentType]

        def write(self, text: str) -> int:
            raise BrokenPipeError

    with monkeypatch.context() as patch:
        from studiolo.cli.console import OutputClosedError
        from studiolo.cli.talking import print_pieces

        patch.setattr("sys.stdout", Closed())
        with pytest.raises(OutputClosedError):
            print_pieces(iter(["a", "b"]))
