"""What goes wrong at a web UI, and what the person who asked is told."""

from __future__ import annotations

import base64

import pytest

from studiolo.engines.automatic1111 import Automatic1111ImageEngine
from studiolo.engines.base import EngineConfig
from studiolo.engines.pricing import FREE
from studiolo.errors import CredentialsError, EngineError, OfflineError, SettingsError
from tests.engines.automatic1111.conftest import ask, paint
from tests.engines.automatic1111.server import WebUI
from tests.engines.hosted import breaking

NAN = (
    "NansException",
    "A tensor with all NaNs was produced in VAE. Try adding --no-half-vae commandline argument to fix this.",
)


def test_a_web_ui_without_its_api_says_how_to_start_it(server, engine_at):
    server.api = False
    with pytest.raises(EngineError, match="no web UI's API at") as caught:
        paint(engine_at(server))
    assert "--api" in caught.value.hint


def test_memory_that_runs_out_is_said_with_the_figures(server, engine_at):
    server.fails_with = ("OutOfMemoryError", "CUDA out of memory. Tried to allocate 20.00 GiB.")
    with pytest.raises(EngineError, match=r"ran out of memory: .*20\.00 GiB") as caught:
        paint(engine_at(server))
    assert "--medvram" in caught.value.hint
    assert len(server.state.tasks) == 1, "it was painted twice"


def test_pictures_of_nothing_but_nans_say_what_mends_them(server, engine_at):
    server.fails_with = NAN
    with pytest.raises(EngineError, match="could not compute the picture: A tensor with all NaNs") as caught:
        paint(engine_at(server))
    assert "--no-half-vae" in caught.value.hint


def test_any_other_exception_there_is_named(server, engine_at):
    server.fails_with = ("RuntimeError", "mat1 and mat2 shapes cannot be multiplied (308x2048 and 768x320)")
    with pytest.raises(EngineError, match="RuntimeError: mat1 and mat2 shapes"):
        paint(engine_at(server))


def test_what_it_repeats_of_its_secrets_is_not_shown(engine_at):
    pair = base64.b64encode(b"ada:lovelace").decode()
    with WebUI(lasts_s=0, auth="ada:lovelace") as server:
        server.fails_with = ("RuntimeError", f"headers: Basic {pair}, lovelace, {'x' * 600}")
        with pytest.raises(EngineError, match="RuntimeError: headers") as caught:
            paint(engine_at(server, username="ada", password="lovelace"))
    assert "lovelace" not in f"{caught.value}"
    assert pair[:8] not in f"{caught.value}"


def test_forge_says_nothing_so_the_hint_says_where_to_look(engine_at):
    with WebUI("forge", lasts_s=0) as server:
        server.fails_with = NAN
        with pytest.raises(EngineError, match="does not say why") as caught:
            paint(engine_at(server))
    assert "terminal" in caught.value.hint


def test_lists_in_another_form_are_another_service(server, engine_at):
    server.checkpoints = [{"id": "gpt-image-1"}]
    with pytest.raises(EngineError, match="is no Stable Diffusion web UI"):
        paint(engine_at(server, "gpt-image-1"))


def test_a_user_name_is_shown_and_a_password_never(engine_at):
    with WebUI(lasts_s=0, auth="ada:lovelace") as server:
        assert paint(engine_at(server, username="ada", password="lovelace"))
        engine = engine_at(server, username="ada", password="analytical")
        with pytest.raises(CredentialsError) as caught:
            paint(engine)
    assert "analytical" not in f"{caught.value} {engine.config.options['base_url']}"
    assert "--api-auth" in caught.value.hint


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"username": "ada:x"}, "without a colon"),
        ({"width": 500}, "width"),
        ({"base_url": "7860"}, "an address such as"),
    ],
    ids=["username", "width", "base_url"],
)
def test_a_wrong_setting_is_named(options, said):
    engine = Automatic1111ImageEngine(EngineConfig(name="automatic1111", options=options))
    with pytest.raises(SettingsError, match=said):
        _ = engine.capabilities
    assert not engine.availability().ready


def test_offline_it_stays_on_this_machine(server, engine_at):
    options = {"base_url": "http://gpu.example:7860"}
    elsewhere = Automatic1111ImageEngine(EngineConfig(offline=True, options=options))
    assert not elsewhere.availability().ready
    assert not elsewhere.capabilities.offline
    with pytest.raises(OfflineError):
        paint(elsewhere)
    here = EngineConfig(offline=True, options={"base_url": server.address, "width": 64, "height": 64})
    assert paint(Automatic1111ImageEngine(here))


def test_a_probe_tells_its_models_or_what_to_start(server, engine_at):
    found = engine_at(server).probe()
    assert found.ready
    assert "SDXL/sd_xl_base_1.0.safetensors [31e35c80fc]" in found.models
    gone = engine_at(server, base_url=f"http://127.0.0.1:{breaking.refused_port()}").probe()
    assert not gone.ready
    assert "--api" in gone.hint


def test_it_is_free_unless_the_settings_say_otherwise(server, engine_at):
    engine = engine_at(server)
    assert engine.estimate(ask(engine)) == FREE
    assert paint(engine).cost is None
    rented = engine_at(server, price_per_image=0.02)
    assert rented.estimate(ask(rented, count=3)).usd == pytest.approx(0.06)
    assert paint(rented).cost == 0.02
    timed = engine_at(server, price_per_second=0.5)
    assert timed.estimate(ask(timed)).usd is None
    cost = paint(timed).cost
    assert timed.estimate(ask(timed, count=2)).usd == pytest.approx(2 * (cost or 0))


def test_what_the_server_does_otherwise_than_asked_is_noted(engine_at):
    with _Odd() as server:
        options = {"base_url": f"http://127.0.0.1:{server.server_address[1]}", "width": 64, "height": 64}
        with Automatic1111ImageEngine(EngineConfig(name="automatic1111", options=options)) as engine:
            picture = paint(engine)
    assert picture.image.size == (64, 64)
    assert picture.notes == ("painted with sampler name DPM++ 2M, not Euler", "came as 72x64 and was resized")


class _Odd(WebUI):
    """Paints a little wider than it was asked to, and with its first sampler."""

    def __init__(self) -> None:
        super().__init__(lasts_s=0)

    def take(self, told, said):
        task, fault = super().take(told, said)
        task.told = {**told, "width": told["width"] + 8, "sampler_name": "DPM++ 2M"}
        return task, fault
