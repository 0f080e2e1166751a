"""``studiolo config``, ``engines`` and ``doctor``."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest

from studiolo.cli import doctor
from studiolo.engines.base import Availability
from studiolo.engines.fake import FakeImageEngine

from .conftest import Done

MORE = "outpainting,variation,upscaling,background-removal"

Run = Callable[..., Done]
WriteConfig = Callable[[str], Path]


class TestConfig:
    def test_says_where_each_value_comes_from(
        self, run: Run, write_config: WriteConfig, monkeypatch: pytest.MonkeyPatch, home: Path
    ):
        file = write_config('threads = 3\n[engines.replicate]\napi_key = "r8_secret"\ntimeout_s = 5\n')
        Path(".env").write_text("STUDIOLO_OFFLINE=true\nSTUDIOLO_THREADS=2\n")
        monkeypatch.setenv("STUDIOLO_ENGINES__OPENAI__API_KEY", "sk-secret")
        done = run("config", "--json")
        known = done.json
        assert known["config_file"] == str(file)
        values = {name: (entry["value"], entry["from"]) for name, entry in known["settings"].items()}
        assert values == {
            "home": (str(home), "environment"),
            "gallery": (str(home / "gallery"), "home"),
            "models": (str(home / "models"), "home"),
            "engine": ("fake", "environment"),
            "assistant": ("pocket", "default"),
            "speech": ("espeak", "default"),
            "max_cost": (None, "default"),
            "offline": (True, ".env"),
            "threads": (2, ".env"),
            "server_host": ("127.0.0.1", "default"),
            "server_port": (7333, "default"),
            "server_names": ([], "default"),
            "server_tokens": (False, "default"),
            "queue_size": (100, "default"),
            "upload_mb": (32, "default"),
            "secrets": (None, "default"),
            "secrets_region": (None, "default"),
            "secrets_profile": (None, "default"),
            "engines.openai.api_key": ("**********", "environment"),
            "engines.replicate.api_key": ("**********", "config.toml"),
            "engines.replicate.timeout_s": (5, "config.toml"),
        }
        for shown in (done, run("config")):
            assert "sk-secret" not in shown.out
            assert "r8_secret" not in shown.out

    def test_in_a_terminal(self, look: Run, home: Path):
        done = look("config", columns=60)
        assert "not there yet" in done.out
        assert "engine" in done.out

    def test_path_even_where_the_file_is_broken(self, run: Run, write_config: WriteConfig):
        file = write_config("this is no toml")
        assert run("config", "--path") == Done(0, f"{file}\n", "")
        assert run("config", "--path", "--json").json == {"config_file": str(file), "exists": True}
        broken = run("config")
        assert broken.code == 2
        assert "config.toml" in broken.err

    def test_a_wrong_setting_stops_every_command_with_one_line(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setenv("STUDIOLO_THREADS", "many")
        for command in (["generate", "x"], ["gallery"], ["engines"], ["config"]):
            done = run(*command)
            assert done.code == 2
            assert "'threads'" in done.err.splitlines()[0]
            assert len(done.err.splitlines()) == 2


class TestConfigSet:
    def test_sets_and_unsets(self, run: Run, home: Path):
        done = run("config", "set", "threads", "3")
        assert (done.code, done.out) == (0, "")
        assert str(home / "config.toml") in done.err
        assert run("config", "--json").json["settings"]["threads"] == {"value": 3, "from": "config.toml"}
        unset = run("config", "unset", "threads", "--json")
        assert unset.json == {"config_file": str(home / "config.toml"), "name": "threads", "set": False}
        assert run("config", "--json").json["settings"]["threads"]["from"] == "default"

    def test_a_key_comes_through_stdin_and_is_never_shown(self, run: Run, home: Path):
        done = run("config", "set", "engines.openai.api_key", stdin="sk-very-secret\n")
        assert done.code == 0
        assert 'api_key = "sk-very-secret"' in (home / "config.toml").read_text()
        for shown in (done, run("config"), run("config", "--json"), run("engines", "openai", "--json")):
            assert "very-secret" not in shown.out + shown.err
        assert run("engines", "openai", "--kind", "chat", "--json").json[0]["has_key"] is True

    def test_a_key_as_an_argument_is_refused(self, run: Run, home: Path):
        done = run("config", "set", "engines.openai.api_key", "sk-very-secret")
        assert done.code == 2
        assert "history" in done.err
        assert "very-secret" not in done.err
        assert not (home / "config.toml").exists()

    def test_a_key_is_typed_unseen(self, terminal: Callable[..., Any], home: Path):
        child = terminal("config", "set", "engines.openai.api_key")
        child.expect("engines.openai.api_key:")
        child.sendline("sk-very-secret")
        child.expect(pexpect.EOF)
        assert "very-secret" not in child.before
        assert 'api_key = "sk-very-secret"' in (home / "config.toml").read_text()

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["engin", "fake"], "Did you mean 'engine'"),
            (["assistant", "olama"], "Did you mean 'ollama'"),
            (["threads", "many"], "'threads' must be"),
            (["threads"], "no value"),
            (["engine", "fake"], "is set in the environment"),
        ],
    )
    def test_what_cannot_be_used_is_refused(self, run: Run, home: Path, arguments: list[str], said: str):
        done = run("config", "set", *arguments)
        assert done.code == 2
        assert said in done.err
        assert not (home / "config.toml").exists()


class TestEngines:
    def test_lists_what_each_can_do(self, run: Run):
        found = {engine["name"]: engine for engine in run("engines", "--kind", "image", "--json").json}
        assert found["fake"]["ready"] is True
        assert found["fake"]["default"] is True
        assert found["fake"]["capabilities"]["steps"] == {"minimum": 1, "maximum": 100, "default": 4}
        row = next(line for line in run("engines").lines if line.startswith("image\tfake"))
        assert row.split("\t")[2:4] == ["ready", f"text-to-image,image-to-image,inpainting,{MORE}"]

    def test_lists_who_talks_and_who_speaks(self, run: Run, look: Run):
        found = {(engine["kind"], engine["name"]): engine for engine in run("engines", "--json").json}
        assert found["chat", "pocket"]["default"] is True
        assert found["chat", "pocket"]["ready"] is True
        assert found["chat", "ollama"]["capabilities"]["vision"] is None
        assert found["chat", "openai"]["ready"] is False
        assert "OPENAI_API_KEY" in found["chat", "openai"]["hint"]
        assert found["speech", "espeak"]["default"] is True
        assert len(found["speech", "espeak"]["capabilities"]["languages"]) > 90
        told = look("engines", columns=120).out
        for word in ("Paint", "Suggest, look and answer", "Speak", "'fake', 'pocket', 'espeak'"):
            assert word in told
        assert "ko" in look("engines", "espeak").out

    def test_an_engine_of_the_config_file_is_listed(self, run: Run, write_config: WriteConfig):
        write_config('[engines.lab]\nuses = "ollama"\nbase_url = "http://127.0.0.1:9/v1"\n')
        (found,) = run("engines", "lab", "--json").json
        assert (found["kind"], found["name"]) == ("chat", "lab")

    def test_a_misspelt_uses_is_named(self, run: Run, write_config: WriteConfig):
        write_config('[engines.lab]\nuses = "olama"\n')
        (row,) = [line for line in run("engines").lines if line.split("\t")[1] == "lab"]
        assert row.split("\t")[2] == "not ready"
        done = run("engines", "lab")
        assert done.code == 2
        assert "There is no engine 'olama', which 'lab' uses." in done.err
        run("generate", "an apple")
        assert "Did you mean 'ollama'?" in run("ask", "latest", "what is it?", "--engine", "lab:m").err

    def test_one_in_detail(self, run: Run, look: Run):
        found = run("engines", "fake", "--json").json
        assert [engine["kind"] for engine in found] == ["image", "chat", "speech"]
        told = look("engines", "fake").out
        assert "8 to 2048 px a side in steps of 8, default 64x64" in told
        assert "1 to 100, default 4" in told

    def test_one_that_is_not_ready_says_what_mends_it(
        self, look: Run, run: Run, monkeypatch: pytest.MonkeyPatch
    ):
        missing = Availability(ready=False, reason="no weights", hint="Run: make pocket")
        monkeypatch.setattr(FakeImageEngine, "availability", lambda self: missing)
        for command in (["engines"], ["engines", "fake"], ["doctor"]):
            told = look(*command).out
            assert "no weights" in told
            assert "make pocket" in told
        assert "not ready" in run("engines").out

    def test_a_broken_plugin_is_a_line_not_the_end(
        self, program: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        package = tmp_path / "plugin" / "broken-1.dist-info"
        package.mkdir(parents=True)
        (package / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n")
        (package / "entry_points.txt").write_text("[studiolo.engines]\nbroken = no_such_module:Engine\n")
        done = program("engines", PYTHONPATH=str(package.parent))
        assert done.code == 0
        states = {line.split("\t")[1]: line.split("\t")[2] for line in done.lines}
        assert states["broken"] == "not ready"
        assert states["fake"] == "ready"


class TestDoctor:
    def states(self, done: Done) -> dict[str, Any]:
        return {finding["name"]: finding for finding in done.json["findings"]}

    def test_says_how_a_local_model_would_run_here(self, run: Run):
        pytest.importorskip("diffusers", reason="needs the extra 'local': make local")
        found = self.states(run("doctor", "--json"))
        assert "none is here yet; it would paint on " in found["diffusers model"]["detail"]
        assert found["engine diffusers"]["state"] == "warning"
        assert found["engine diffusers"]["fix"].startswith("Run: studiolo pull ")

    def test_a_healthy_machine(self, run: Run, look: Run):
        run("generate", "an apple")
        done = run("doctor", "--json")
        assert done.code == 0
        found = self.states(done)
        assert done.json["healthy"] is True
        expected = {"studiolo", "python", "processor", "memory", "settings", "disk", "gallery", "search"}
        assert expected | {"engine fake", "offline", "terminal"} <= set(found)
        assert found["gallery"]["detail"].startswith("1 picture in ")
        assert "paints when none is named" in found["engine fake"]["detail"]
        assert "✓  gallery" in look("doctor").out
        assert len(run("doctor").lines[0].split("\t")) == 4

    def test_looking_changes_nothing(self, run: Run, home: Path):
        assert run("doctor").code == 0
        assert not home.exists()

    def test_wrong_settings(self, run: Run, write_config: WriteConfig):
        write_config("engin = 1")
        done = run("doctor", "--json")
        assert done.code == 1
        assert self.states(done)["settings"]["state"] == "fail"

    def test_an_engine_that_is_not_there(self, run: Run, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("STUDIOLO_ENGINE", "sdxl")
        done = run("doctor", "--json")
        assert done.code == 1
        assert "not installed" in self.states(done)["engine sdxl"]["detail"]

    def test_a_local_server_that_does_not_answer(self, run: Run, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("STUDIOLO_ASSISTANT", "ollama:llava")
        monkeypatch.setenv("STUDIOLO_ENGINES__OLLAMA__BASE_URL", "http://127.0.0.1:9/v1")
        done = run("doctor", "--json")
        assert done.code == 1
        found = self.states(done)["assistant ollama:llava"]
        assert (found["state"], found["detail"]) == ("fail", "Nothing answers at http://127.0.0.1:9.")
        assert "ollama serve" in found["fix"]

    def test_a_damaged_gallery(self, run: Run, home: Path):
        (home / "gallery").mkdir(parents=True)
        (home / "gallery" / "catalog.db").write_bytes(b"no database " * 1000)
        done = run("doctor", "--json")
        assert done.code == 1
        assert self.states(done)["gallery"]["state"] == "fail"
        assert "--rebuild" in self.states(done)["gallery"]["fix"]

    def test_a_gallery_that_cannot_be(self, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
        (tmp_path / "file").touch()
        monkeypatch.setenv("STUDIOLO_HOME", str(tmp_path / "file"))
        found = self.states(run("doctor", "--json"))
        assert found["gallery"]["state"] == "fail"
        assert "STUDIOLO_HOME" in found["gallery"]["fix"]

    def test_a_picture_that_is_gone(self, run: Run):
        run("generate", "an apple").paths[0].unlink()
        assert self.states(run("doctor", "--json"))["gallery"]["state"] == "fail"

    def test_little_room(self, run: Run, monkeypatch: pytest.MonkeyPatch):
        for free, state, code in ((500 * 2**20, "warning", 0), (10 * 2**20, "fail", 1)):
            usage = type("Usage", (), {"free": free})
            monkeypatch.setattr(doctor.shutil, "disk_usage", lambda place, usage=usage: usage)
            done = run("doctor", "--json")
            assert (self.states(done)["disk"]["state"], done.code) == (state, code)

    def test_little_memory(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(doctor, "_available_mib", lambda: 300)
        assert doctor._memory().state is doctor.State.WARNING
        monkeypatch.delattr(os, "sysconf")
        assert doctor._memory().detail == "unknown"

    def test_search_that_is_broken(self, run: Run, monkeypatch: pytest.MonkeyPatch):
        def fail() -> object:
            raise FileNotFoundError(2, "No such file", "minilm.onnx")

        monkeypatch.setattr("studiolo.embedding.TextEmbedder", fail)
        found = self.states(run("doctor", "--json"))
        assert found["search"]["state"] == "fail"
        assert "pip install" in found["search"]["fix"]
