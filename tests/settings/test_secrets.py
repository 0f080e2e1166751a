"""Settings from AWS Secrets Manager: what a secret may hold, what counts more, what is never shown."""

import json
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from studiolo import offline
from studiolo.cli import main
from studiolo.errors import OfflineError, SettingsError
from studiolo.settings import Settings
from studiolo.settings.writing import write_settings
from tests.settings.conftest import Store

KEY = "sk-do-not-show"
ORIGIN = "AWS Secrets Manager: prod/studiolo"
NAMED = 'secrets = "aws:prod/studiolo"\n'


def key_of(engine: str) -> str:
    return Settings.load().engines[engine]["api_key"].get_secret_value()  # pyright: ignore


@pytest.mark.parametrize(
    "held",
    [
        {"engines.openai.api_key": KEY, "threads": 3},
        {"engines": {"openai": {"api_key": KEY}}, "threads": 3},
        {"engines.openai": {"api_key": KEY}, "threads": "3"},
        {"STUDIOLO_ENGINES__OPENAI__API_KEY": KEY, "STUDIOLO_THREADS": 3, "DATABASE_URL": "sqlite://"},
        {"OPENAI_API_KEY": KEY, "AWS_SECRET_ACCESS_KEY": "another's", "STUDIOLO_THREADS": "3"},
    ],
    ids=["dotted", "tables", "both", "environment", "conventional"],
)
def test_a_secret_holds_settings_under_any_of_their_names(held: dict, store: Store, write_config):
    store(json.dumps(held))
    write_config(NAMED)
    assert Settings.load().threads == 3
    assert key_of("openai") == KEY
    assert KEY not in repr(Settings.load())
    origins = Settings.origins()
    assert (origins["threads"], origins["engines.openai.api_key"]) == (ORIGIN, ORIGIN)


def test_lists_are_written_as_in_the_config_file_or_the_environment(store: Store, write_config):
    write_config(NAMED)
    store('{"server_names": ["a.example", "b.example"], "STUDIOLO_UPLOAD_MB": 5}')
    assert (Settings.load().server_names, Settings.load().upload_mb) == (("a.example", "b.example"), 5)


def test_what_is_nearer_counts_more(store: Store, write_config, monkeypatch: pytest.MonkeyPatch):
    store('{"engine": "secret", "assistant": "secret", "speech": "secret", "threads": 1}')
    write_config(NAMED + 'engine = "config"\nassistant = "config"\nspeech = "config"\n')
    Path(".env").write_text("STUDIOLO_ASSISTANT=dotenv\nSTUDIOLO_SPEECH=dotenv\n")
    monkeypatch.setenv("STUDIOLO_SPEECH", "environment")
    settings = Settings.load()
    assert settings.engine == "config"
    assert settings.assistant == "dotenv"
    assert settings.speech == "environment"
    assert settings.threads == 1


def test_our_names_count_more_than_services_own(store: Store, write_config, monkeypatch: pytest.MonkeyPatch):
    write_config(NAMED)
    store('{"engines.openai.api_key": "ours", "OPENAI_API_KEY": "theirs", "MISTRAL_API_KEY": "in-secret"}')
    monkeypatch.setenv("OPENAI_API_KEY", "here")
    monkeypatch.setenv("MISTRAL_API_KEY", "here")
    assert (key_of("openai"), key_of("mistral")) == ("ours", "here")


def test_a_services_key_is_not_sent_to_another_address(store: Store, write_config):
    write_config(NAMED + '[engines.openai]\nbase_url = "http://lab.example/v1"\n')
    store('{"OPENAI_API_KEY": "theirs"}')
    assert "api_key" not in Settings.load().engines["openai"]


@pytest.mark.parametrize("where", ["argument", "environment", ".env"])
def test_any_stronger_source_may_name_it(where: str, store: Store, monkeypatch: pytest.MonkeyPatch):
    store('{"threads": 5}')
    given = {}
    if where == "argument":
        given["secrets"] = "aws:prod/studiolo"
    elif where == "environment":
        monkeypatch.setenv("STUDIOLO_SECRETS", "aws:prod/studiolo")
    else:
        Path(".env").write_text("STUDIOLO_SECRETS=aws:prod/studiolo\n")
    assert Settings.load(**given).threads == 5


def test_the_region_is_the_settings_the_arns_or_as_aws_finds_it(
    store: Store, write_config, monkeypatch: pytest.MonkeyPatch
):
    arn = store('{"threads": 6}', region="ap-northeast-2")
    write_config(f'secrets = "aws:{arn}"')
    assert Settings.load().threads == 6
    write_config(NAMED + 'secrets_region = "ap-northeast-2"')
    assert Settings.load().threads == 6
    write_config(NAMED)
    with pytest.raises(SettingsError, match="no secret 'prod/studiolo'"):
        Settings.load()
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-northeast-2")
    assert Settings.load().threads == 6


def test_a_profile_says_who_reads(store: Store, write_config, tmp_path: Path, monkeypatch):
    store('{"threads": 6}', region="ap-northeast-2")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    lines = "[profile lab]\nregion = ap-northeast-2\naws_access_key_id = a\naws_secret_access_key = b\n"
    (tmp_path / "aws_config_file").write_text(lines)
    write_config(NAMED + 'secrets_profile = "lab"')
    assert Settings.load().threads == 6


def test_loading_anew_reads_anew(store: Store, write_config):
    arn = store('{"threads": 1}')
    write_config(NAMED)
    assert Settings.load().threads == 1
    boto3.client("secretsmanager").put_secret_value(SecretId=arn, SecretString='{"threads": 2}')
    assert Settings.load().threads == 2


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ("no JSON: " + KEY, "no JSON object"),
        ('["' + KEY + '"]', "no JSON object"),
        (KEY.encode(), "holds bytes, not text"),
        ('{"engin": "' + KEY + '"}', "'engin', as the secret 'prod/studiolo' has it. Did you mean 'engine'"),
        ('{"username": "' + KEY + '"}', "no setting 'username'"),
        ('{"engine.name": "' + KEY + '"}', "no setting 'engine.name'"),
        ('{"STUDIOLO_ENGIN": "' + KEY + '"}', "STUDIOLO_ENGIN, as the secret .* has it"),
        ('{"threads": "' + KEY + '"}', "'threads' must be a valid integer"),
        ('{"engines.openai": "' + KEY + '"}', "'engines.openai' must be a valid dictionary"),
        ('{"home": "' + KEY + '"}', "The secret 'prod/studiolo' sets 'home', which is needed to find it"),
        ('{"STUDIOLO_SECRETS": "' + KEY + '"}', "sets 'secrets', which is needed to find it"),
    ],
    ids=[
        "text",
        "list",
        "bytes",
        "misspelt",
        "other",
        "dots",
        "variable",
        "value",
        "table",
        "home",
        "itself",
    ],
)
def test_what_a_secret_may_not_hold_is_said_and_not_shown(held, said: str, store: Store, write_config):
    store(held)
    write_config(NAMED)
    with pytest.raises(SettingsError, match=said) as caught:
        Settings.load()
    error: BaseException | None = caught.value
    assert caught.value.hint
    while error is not None:
        assert KEY not in str(error)
        error = error.__cause__


@pytest.mark.parametrize("place", ["studiolo", "aws:", "aws: ", "vault:studiolo"])
def test_what_names_no_secret(place: str, write_config):
    write_config(f'secrets = "{place}"')
    with pytest.raises(SettingsError, match="'secrets' must be aws: and the name"):
        Settings.load()


@pytest.mark.parametrize("name", ["secrets_region", "secrets_profile"])
@pytest.mark.parametrize("value", ["5", '""'])
def test_a_region_or_profile_that_is_no_text(name: str, value: str, write_config):
    write_config(f"{NAMED}{name} = {value}\n")
    with pytest.raises(SettingsError, match=f"'{name}' must be a text"):
        Settings.load()


def test_null_is_no_setting(store: Store, write_config):
    store('{"threads": null, "STUDIOLO_ENGINE": null, "engines.openai.api_key": null}')
    write_config(NAMED)
    assert (Settings.load().threads, Settings.load().engine, Settings.load().engines) == (None, "pocket", {})


@pytest.mark.parametrize("how", ["setting", "guard"])
def test_offline_reads_nothing(how: str, write_config, monkeypatch: pytest.MonkeyPatch):
    write_config(NAMED)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:9")
    if how == "setting":
        monkeypatch.setenv("STUDIOLO_OFFLINE", "yes")
    else:
        offline.forbid()
    with pytest.raises(OfflineError, match="STUDIOLO_OFFLINE is set"):
        Settings.load()
    monkeypatch.setenv("STUDIOLO_OFFLINE", "perhaps")
    if how == "setting":
        with pytest.raises(OfflineError):
            Settings.load()


def test_the_command_line_says_where_a_key_is_from_and_hides_it(store: Store, write_config, capsys):
    store('{"OPENAI_API_KEY": "' + KEY + '", "engine": "fake"}')
    write_config(NAMED)
    assert main(["config", "--json"]) == 0
    said = capsys.readouterr().out
    assert KEY not in said
    settings = json.loads(said)["settings"]
    assert settings["engine"] == {"value": "fake", "from": ORIGIN}
    assert settings["engines.openai.api_key"]["from"] == ORIGIN


def test_a_secret_that_cannot_be_read_can_be_taken_out(write_config, store: Store):
    file = write_config(NAMED + "threads = 2\n")
    read = write_settings(file, {"secrets": None}, complete=lambda _: {})
    assert (read.secrets, read.threads) == (None, 2)
    with pytest.raises(SettingsError, match="no secret 'nowhere'"):
        write_settings(file, {"secrets": "aws:nowhere"}, complete=lambda _: {})
    assert "secrets" not in file.read_text()


def test_boto3_is_loaded_only_for_a_secret():
    script = "import sys; from studiolo import Settings; Settings.load(); print('botocore' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_what_only_the_secret_sets_cannot_be_taken_out_here(store: Store, write_config):
    store('{"engines.openai.api_key": "' + KEY + '"}')
    file = write_config(NAMED)
    with pytest.raises(SettingsError, match="it is set in AWS Secrets Manager: prod/studiolo"):
        write_settings(file, {"engines.openai.api_key": None}, complete=lambda _: {})
    assert file.read_text() == NAMED
    write_settings(file, {"engines.openai.api_key": "another"}, complete=lambda _: {})
    assert key_of("openai") == "another"
    write_settings(file, {"engines.openai.api_key": None}, complete=lambda _: {})
    assert key_of("openai") == KEY
