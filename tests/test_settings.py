"""Where settings come from, who wins, what is refused, and that keys are never shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import platformdirs
import pytest

from studiolo.errors import SettingsError
from studiolo.settings import Settings

SECRET = "sk-do-not-show"

WriteConfig = Callable[[str], Path]


def test_every_setting_has_a_default(home: Path):
    settings = Settings.load()
    assert (settings.engine, settings.offline, settings.threads) == ("pocket", False, None)
    assert settings.home == home


def test_strongest_first_arguments_environment_dotenv_config_default(
    write_config: WriteConfig, monkeypatch: pytest.MonkeyPatch
):
    assert Settings.load().engine == "pocket"
    write_config('engine = "from-config"')
    assert Settings.load().engine == "from-config"
    Path(".env").write_text("STUDIOLO_ENGINE=from-dotenv\n")
    assert Settings.load().engine == "from-dotenv"
    monkeypatch.setenv("STUDIOLO_ENGINE", "from-environment")
    assert Settings.load().engine == "from-environment"
    assert Settings.load(engine="from-argument").engine == "from-argument"


def test_sources_fill_one_engine_table_together(write_config: WriteConfig, monkeypatch: pytest.MonkeyPatch):
    write_config('[engines.replicate]\napi_key = "in-config"\ntimeout_s = 30\n')
    monkeypatch.setenv("STUDIOLO_ENGINES__REPLICATE__API_KEY", "in-environment")
    options = Settings.load().engines["replicate"]
    assert options["timeout_s"] == 30
    assert options["api_key"].get_secret_value() == "in-environment"  # pyright: ignore


def test_an_empty_variable_is_no_setting(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STUDIOLO_THREADS", "")
    assert Settings.load().threads is None


def test_dotenv_may_hold_other_programs_settings():
    Path(".env").write_text("DATABASE_URL=sqlite://\nengine=not-ours\nSTUDIOLO_THREADS=3\n")
    settings = Settings.load()
    assert (settings.threads, settings.engine) == (3, "pocket")


@pytest.mark.parametrize("how", ["environment", "argument", "dotenv"])
def test_home_moves_everything(how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    (moved / "config.toml").write_text("threads = 7")
    monkeypatch.delenv("STUDIOLO_HOME")
    arguments: dict[str, Any] = {}
    if how == "environment":
        monkeypatch.setenv("STUDIOLO_HOME", str(moved))
    elif how == "argument":
        arguments["home"] = moved
    else:
        Path(".env").write_text(f"STUDIOLO_HOME={moved}\n")
    settings = Settings.load(**arguments)
    assert settings.threads == 7, "config.toml is read from there"
    assert settings.gallery_folder == moved / "gallery"
    assert settings.models_folder == moved / "models"


def test_without_home_the_platform_says_where(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv("STUDIOLO_HOME")
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    settings = Settings.load()
    assert Settings.config_file() == platformdirs.user_config_path("studiolo") / "config.toml"
    assert settings.gallery_folder == platformdirs.user_data_path("studiolo") / "gallery"
    assert settings.models_folder == platformdirs.user_cache_path("studiolo") / "models"


def test_one_folder_can_be_moved_alone(home: Path, tmp_path: Path):
    settings = Settings.load(gallery=tmp_path / "pictures")
    assert settings.gallery_folder == tmp_path / "pictures"
    assert settings.models_folder == home / "models"


def test_a_tilde_is_the_users_folder(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STUDIOLO_HOME", "~/pictures")
    assert Settings.load().gallery_folder == Path.home() / "pictures" / "gallery"
    assert Settings.config_file() == Path.home() / "pictures" / "config.toml"


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("engine = ", "not valid TOML"),
        ('engin = "fake"', "no setting 'engin'. Did you mean 'engine'?"),
        ("zzz = 1", "no setting 'zzz'. Known: assistant, engine, engines, gallery"),
        ("threads = 0", "'threads' must be greater than or equal to 1"),
        ('threads = "many"', "'threads' must be a valid integer"),
        ('offline = "perhaps"', "'offline' must be a valid boolean"),
        ('engine = ""', "'engine'"),
        ('engines = "replicate"', "'engines' must be a valid dictionary"),
        ('[engines]\nreplicate = "key"', "'engines.replicate' must be a valid dictionary"),
        ("[engines.replicate]\nsizes = [1, 2]", "'engines.replicate.sizes'"),
    ],
)
def test_a_wrong_config_file_is_said_with_what_to_mend(write_config: WriteConfig, config: str, said: str):
    write_config(config)
    with pytest.raises(SettingsError, match=said) as caught:
        Settings.load()
    assert caught.value.exit_code == 2
    assert caught.value.hint
    assert "\n" not in str(caught.value)


def test_a_config_file_that_is_no_text(write_config: WriteConfig):
    write_config("").write_bytes(b"\xff\xfe\0engine")
    with pytest.raises(SettingsError, match="cannot be read"):
        Settings.load()


@pytest.mark.parametrize("where", ["environment", ".env"])
@pytest.mark.parametrize(
    ("variable", "meant"),
    [("STUDIOLO_ENGIN", "engine"), ("STUDIOLO_ENGINE__REPLICATE__API_KEY", "engines")],
)
def test_a_misspelt_variable_is_not_overlooked(
    where: str, variable: str, meant: str, monkeypatch: pytest.MonkeyPatch
):
    if where == ".env":
        Path(".env").write_text(f"{variable}={SECRET}\n")
    else:
        monkeypatch.setenv(variable, SECRET)
    said = f"{variable}, as .*{where} has it.*Did you mean '{meant}'"
    with pytest.raises(SettingsError, match=said) as caught:
        Settings.load()
    assert SECRET not in str(caught.value)


def test_what_kubernetes_tells_of_services_is_no_setting(monkeypatch: pytest.MonkeyPatch):
    for name in ("SERVICE_HOST", "SERVICE_PORT_HTTP", "PORT", "PORT_80_TCP_ADDR", "WEB_SERVICE_PORT"):
        monkeypatch.setenv(f"STUDIOLO_{name}", "10.0.0.1")
    assert Settings.load().engine == "pocket"


def test_a_users_folder_that_is_not_there(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STUDIOLO_HOME", "~nobody-of-that-name/pictures")
    with pytest.raises(SettingsError, match="~nobody-of-that-name"):
        Settings.load()


def test_origins_name_the_strongest_source(write_config: WriteConfig, monkeypatch: pytest.MonkeyPatch):
    write_config('engine = "fake"\nthreads = 2\n[engines.replicate]\napi_key = "a"\ntimeout_s = 5\n')
    Path(".env").write_text("STUDIOLO_THREADS=3\n")
    monkeypatch.setenv("STUDIOLO_ENGINES__REPLICATE__API_KEY", "b")
    assert Settings.origins() == {
        "home": "environment",
        "gallery": "home",
        "models": "home",
        "engine": "config.toml",
        "threads": ".env",
        "engines.replicate.api_key": "environment",
        "engines.replicate.timeout_s": "config.toml",
    }


def test_origins_of_what_is_wrong_say_what_is_wrong(write_config: WriteConfig):
    write_config('engines = "replicate"')
    with pytest.raises(SettingsError, match="'engines' must be"):
        Settings.origins()


def test_the_config_file_is_found_whatever_else_is_wrong(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STUDIOLO_ENGINES", "no JSON")
    monkeypatch.setenv("STUDIOLO_ENGIN", "fake")
    assert Settings.config_file() == home / "config.toml"


def test_an_unknown_argument_is_refused():
    with pytest.raises(SettingsError, match="no setting 'colour'"):
        Settings.load(colour="red")


@pytest.mark.parametrize("name", ["api_key", "token", "client_secret", "password", "API_KEY"])
def test_secrets_are_hidden_wherever_settings_are_shown(name: str, monkeypatch: pytest.MonkeyPatch):
    settings = Settings.load(engines={"replicate": {name: SECRET, "region": "eu-west-1"}})
    option = settings.engines["replicate"][name]
    assert option.get_secret_value() == SECRET  # pyright: ignore
    shown = [repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()]
    for text in shown:
        assert SECRET not in text
        assert "eu-west-1" in text


@pytest.mark.parametrize(
    "engines",
    [SECRET, '{"replicate": "' + SECRET + '"}', '{"replicate": {"api_key": ["' + SECRET + '"]}}'],
    ids=["no JSON", "no table", "a list"],
)
def test_a_key_given_the_wrong_way_is_not_repeated(engines: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STUDIOLO_ENGINES", engines)
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert SECRET not in str(caught.value)
    assert SECRET not in str(caught.value.__cause__)


def test_settings_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        Settings.load().engine = "fake"  # pyright: ignore


def test_the_services_own_variables_are_the_weakest(
    write_config: WriteConfig, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-own")
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8-own")
    Path(".env").write_text("MISTRAL_API_KEY=from-dotenv\nOPENAI_API_KEY=shadowed\nHOMEPAGE=x\n")
    write_config('[engines.replicate]\napi_key = "in-config"\ntimeout_s = 30\n')
    engines = Settings.load().engines
    shown = {name: options["api_key"].get_secret_value() for name, options in engines.items()}  # pyright: ignore
    assert shown == {"openai": "sk-own", "mistral": "from-dotenv", "replicate": "in-config"}
    assert engines["replicate"]["timeout_s"] == 30
    assert "sk-own" not in repr(Settings.load())
    origins = Settings.origins()
    assert origins["engines.openai.api_key"] == "the service's own variable"
    assert origins["engines.replicate.api_key"] == "config.toml"


def test_a_services_key_is_not_sent_to_another_address(
    write_config: WriteConfig, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-own")
    write_config('[engines.openai]\nbase_url = "http://lab.example/v1"\n')
    assert "api_key" not in Settings.load().engines["openai"]
    write_config("")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://lab.example/v1")  # said together, meant together
    assert set(Settings.load().engines["openai"]) == {"api_key", "base_url"}
