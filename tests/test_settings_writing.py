"""``config.toml`` is changed whole or not at all, and only into what can be read and used."""

from __future__ import annotations

import errno
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from studiolo.errors import DiskFullError, SettingsError, StudioloError, UnknownEngineError
from studiolo.settings import Settings
from studiolo.studio.configuring import change_settings

WriteConfig = Callable[[str], Path]

OWN = """\
# my studio
threads = 2  # two cores

# keys
[engines.replicate] # paid by the lab
timeout_s = 5

[engines.lab]
uses = "openai"
base_url = "http://127.0.0.1:9/v1"
"""


def change(file: Path, **changes: object) -> None:
    change_settings(file, {name.replace("__", "."): value for name, value in changes.items()})  # pyright: ignore


def test_comments_order_and_everything_else_stay(write_config: WriteConfig):
    file = write_config(OWN)
    change(file, engines__replicate__api_key=SecretStr("r8-secret"), threads="4", engine="fake")
    kept = OWN.replace("threads = 2", "threads = 4")
    kept = kept.replace("timeout_s = 5\n", 'timeout_s = 5\napi_key = "r8-secret"\n')
    assert file.read_text() == f'engine = "fake"\n{kept}'
    settings = Settings.load()
    assert (settings.engine, settings.threads) == ("fake", 4)
    change(file, engines__replicate__api_key=None, threads="2", engine=None)
    assert file.read_text() == OWN


def test_file_and_folder_are_made_for_the_owner_alone(home: Path):
    change(home / "config.toml", engines__openai__api_key=SecretStr("sk-1"))
    assert stat.S_IMODE((home / "config.toml").stat().st_mode) == 0o600
    assert [entry.name for entry in home.iterdir()] == ["config.toml"], "no draft is left behind"


def test_a_link_stays_a_link(home: Path, tmp_path: Path):
    real = tmp_path / "dotfiles" / "studiolo.toml"
    real.parent.mkdir()
    real.write_text("threads = 1\n")
    home.mkdir()
    (home / "config.toml").symlink_to(real)
    change(home / "config.toml", threads="8")
    assert (home / "config.toml").is_symlink()
    assert real.read_text() == "threads = 8\n"


@pytest.mark.parametrize(
    ("name", "given", "written"),
    [
        ("threads", "3", "threads = 3"),
        ("offline", "true", "offline = true"),
        ("server_names", "a.example, b.example", 'server_names = ["a.example", "b.example"]'),
        ("models", "/tmp/models", 'models = "/tmp/models"'),
        ("engines.openai.timeout_s", "60", "timeout_s = 60.0"),
        ("engines.openai.api_key", "123456", 'api_key = "123456"'),
        ("engines.openai.model", "4", 'model = "4"'),
        ("engines.openai.extra", '{"a": 1}', 'extra = "{\\"a\\": 1}"'),
        ("engines.bedrock.stream", "false", "stream = false"),
        ("engines.fake.reply", "ready", 'reply = "ready"'),
        ("engines.fake.pace", "0.5", "pace = 0.5"),
    ],
)
def test_texts_are_written_as_the_type_they_are_for(home: Path, name: str, given: str, written: str):
    change_settings(home / "config.toml", {name: given})
    assert written in (home / "config.toml").read_text().splitlines()
    Settings.load()


def test_a_file_is_written_with_its_folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    change_settings(home / "config.toml", {"engines.comfyui.workflow": "portrait.json"})
    assert f'workflow = "{tmp_path / "portrait.json"}"' in (home / "config.toml").read_text().splitlines()


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"engin": "fake"}, SettingsError, "Did you mean 'engine'"),
        ({"engines": "fake"}, SettingsError, "no setting 'engines'"),
        ({"engines.openai": "x"}, SettingsError, "no setting 'engines.openai'"),
        ({"engines.a b.key": "x"}, SettingsError, "no setting"),
        ({"threads": "many"}, SettingsError, "'threads' must be"),
        ({"threads": "0"}, SettingsError, "'threads' must be"),
        ({"engine": "pokcet"}, UnknownEngineError, "Did you mean 'pocket'"),
        ({"assistant": "olama:llava"}, UnknownEngineError, "Did you mean 'ollama'"),
        ({"engines.openai.api_kee": "x"}, SettingsError, "Did you mean 'api_key'"),
        ({"engines.openia.api_key": "x"}, UnknownEngineError, "Did you mean 'openai'"),
        ({"engines.openai.timeout_s": "soon"}, SettingsError, "engines.openai.timeout_s' must be"),
        ({"engines.openai.api_key": "sk with spaces"}, SettingsError, "without spaces"),
        ({"engines.new.uses": "opnai"}, UnknownEngineError, "There is no engine 'new'"),
        ({"threads": "3", "offline": "perhaps"}, SettingsError, "'offline' must be"),
    ],
)
def test_what_cannot_be_used_is_not_written(
    write_config: WriteConfig, changes: dict[str, str], error: type[StudioloError], said: str
):
    file = write_config(OWN)
    with pytest.raises(error, match=said) as caught:
        change_settings(file, changes)  # pyright: ignore[reportArgumentType]
    assert caught.value.hint
    assert "spaces" not in said or "sk with" not in str(caught.value), "a key is never shown"
    assert file.read_text() == OWN
    assert [entry.name for entry in file.parent.iterdir()] == ["config.toml"]


@pytest.mark.parametrize("where", ["the environment", ".env"])
def test_what_counts_more_is_named(home: Path, monkeypatch: pytest.MonkeyPatch, where: str):
    if where == ".env":
        Path(".env").write_text("STUDIOLO_ENGINES__OPENAI__API_KEY=sk-theirs\n")
    else:
        monkeypatch.setenv("STUDIOLO_ENGINES__OPENAI__API_KEY", "sk-theirs")
    for value in (SecretStr("sk-mine"), None):
        with pytest.raises(SettingsError, match=f"is set in {where}") as caught:
            change(home / "config.toml", engines__openai__api_key=value)
        assert "STUDIOLO_ENGINES__OPENAI__API_KEY" in caught.value.hint
    assert not (home / "config.toml").exists()


def test_a_key_in_the_file_can_be_taken_out_even_where_the_environment_has_another(
    write_config: WriteConfig, monkeypatch: pytest.MonkeyPatch
):
    file = write_config('[engines.openai]\napi_key = "sk-old"\n')
    monkeypatch.setenv("STUDIOLO_ENGINES__OPENAI__API_KEY", "sk-theirs")
    change(file, engines__openai__api_key=None)
    assert "sk-old" not in file.read_text()


def test_a_service_s_own_variable_counts_less(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-theirs")
    change(home / "config.toml", engines__openai__api_key=SecretStr("sk-mine"))
    key = Settings.load().engines["openai"]["api_key"]
    assert isinstance(key, SecretStr)
    assert key.get_secret_value() == "sk-mine"


@pytest.mark.parametrize("content", [b"engine = ", b'engine = "\xff"', b"threads = 1\nthreads = 2"])
def test_a_broken_file_is_left_alone(home: Path, content: bytes):
    home.mkdir()
    file = home / "config.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match="it was left as it is") as caught:
        change(file, engine="fake")
    assert str(file) in caught.value.hint
    assert file.read_bytes() == content


def test_a_wrong_value_in_the_file_can_be_mended(write_config: WriteConfig):
    file = write_config('threads = "many"\n')
    change(file, threads="2")
    assert Settings.load().threads == 2


def test_tables_that_would_come_out_otherwise_are_not_touched(write_config: WriteConfig):
    dotted = 'engines.lab.uses = "openai"\nthreads = 1\n'
    file = write_config(dotted)
    with pytest.raises(SettingsError, match="cannot be changed from here"):
        change(file, engines__openai__api_key=SecretStr("sk-1"))
    assert file.read_text() == dotted


def test_a_full_disk(write_config: WriteConfig, monkeypatch: pytest.MonkeyPatch):
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    file = write_config(OWN)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFullError):
        change(file, engine="fake")
    assert file.read_text() == OWN
    assert [entry.name for entry in file.parent.iterdir()] == ["config.toml"]


def test_a_home_that_is_a_file(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="cannot be written"):
        change(tmp_path / "file" / "config.toml", engine="fake")


def test_threads_that_write_at_once_lose_nothing(home: Path):
    names = [f"engines.e{number}.uses" for number in range(8)]
    faults: list[BaseException] = []

    def write(name: str) -> None:
        try:
            change_settings(home / "config.toml", {name: "fake"})
        except StudioloError as error:
            faults.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert set(Settings.load().engines) == {f"e{number}" for number in range(8)}
