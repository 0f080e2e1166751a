"""Models come from a hub on loopback, are found, counted and deleted again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from studiolo.engines.base import EngineConfig, ModelCard
from studiolo.engines.diffusers import DiffusersImageEngine, pulling
from studiolo.engines.diffusers.choosing import choose_weights
from studiolo.engines.diffusers.finding import find_lora, find_weights, need_control, need_references
from studiolo.engines.diffusers.options import DiffusersOptions
from studiolo.engines.local.cache import storage_folder
from studiolo.errors import EngineError, OfflineError, UnknownEngineError, UnsupportedRequestError
from studiolo.requests import Progress
from tests.engines.local.hub_server import Hub, serving_all
from tests.engines.local.repositories import network, pipeline, safetensors, write

BASE = "stabilityai/stable-diffusion-xl-base-1.0"
REFINER = "stabilityai/stable-diffusion-xl-refiner-1.0"


@pytest.fixture
def models(tmp_path: Path) -> dict[str, Path]:
    """What is on the hub."""
    hub = tmp_path / "hub"
    sdxl = pipeline(hub / "sdxl")
    write(sdxl, {"sd_xl_base_1.0.safetensors": safetensors(), "vae_1_0/config.json": b"{}"})
    adapter = {
        "sdxl_models/ip-adapter-plus_sdxl_vit-h.safetensors": safetensors(),
        "sdxl_models/image_encoder/model.safetensors": safetensors(),
        "models/ip-adapter-plus_sd15.safetensors": safetensors(100),
        "models/image_encoder/config.json": b"{}",
        "models/image_encoder/model.safetensors": safetensors(200),
    }
    lightning = {f"sdxl_lightning_{n}step_unet.safetensors": safetensors({f"step{n}": [64]}) for n in (2, 4)}
    llava = {"config.json": b'{"model_type": "llava"}', "model.safetensors": safetensors()}
    return {
        BASE: sdxl,
        REFINER: pipeline(
            hub / "refiner", "StableDiffusionXLImg2ImgPipeline", without=("text_encoder", "tokenizer")
        ),
        "madebyollin/sdxl-vae-fp16-fix": network(hub / "vae"),
        "madebyollin/taesdxl": network(hub / "taesdxl"),
        "ByteDance/SDXL-Lightning": write(hub / "lightning", lightning),
        "xinsir/controlnet-union-sdxl-1.0": network(hub / "union"),
        "h94/IP-Adapter": write(hub / "adapter", adapter),
        "someone/model": pipeline(hub / "model", without=("text_encoder_2", "tokenizer_2")),
        "someone/sound": pipeline(hub / "sound", "AudioLDM2Pipeline"),
        "someone/ink": write(hub / "ink", {"ink.safetensors": safetensors({"a.lora_up.weight": [8]})}),
        "someone/llava": write(hub / "llava", llava),
        "someone/pickles": write(hub / "pickles", {"model.ckpt": b"pickle"}),
    }


class Pulled:
    """The engine, its hub and its folder."""

    def __init__(self, address: str, server: type[Hub], folder: Path) -> None:
        self.server, self.folder = server, folder
        self.options = DiffusersOptions(hub=address)
        self.config = EngineConfig(name="diffusers", models_folder=folder, options={"hub": address})
        self.engine = DiffusersImageEngine(self.config)

    def find(self, name: str):
        return find_weights(name, self.config, self.options)

    def card(self, name: str) -> ModelCard:
        return next(card for card in self.engine.model_cards() if card.name == name)


@pytest.fixture
def here(models: dict[str, Path], tmp_path: Path) -> Iterator[Pulled]:
    with serving_all(models) as (address, server):
        yield Pulled(address, server, tmp_path / "models")


def names(folder: Path) -> set[str]:
    return {place.relative_to(folder).as_posix() for place in folder.rglob("*") if place.is_file()}


def test_sdxl_is_base_refiner_and_autoencoders_with_nothing_twice(here: Pulled):
    told: list[Progress] = []
    card = here.engine.pull("sdxl", told.append)
    found = here.find("sdxl")
    assert found.family.name == "sdxl"
    assert {name for name in names(found.base) if name.endswith("safetensors")} == {
        "text_encoder/model.fp16.safetensors",
        "text_encoder_2/model.fp16.safetensors",
        "unet/diffusion_pytorch_model.fp16.safetensors",
    }
    assert {"tokenizer/vocab.json", "tokenizer/merges.txt", "vae/config.json"} <= names(found.base)
    assert found.refiner is not None
    assert {name for name in names(found.refiner) if name.endswith("safetensors")} == {
        "unet/diffusion_pytorch_model.fp16.safetensors"
    }
    assert found.vae is not None
    assert found.preview is not None
    assert found.licence.startswith("CreativeML")
    assert card.ready
    assert card == here.card("sdxl")
    assert told[-1].step == told[-1].total > 0
    assert not any(path.endswith((".bin", ".ckpt")) for path in here.server.asked)


def test_what_is_here_is_not_asked_for_and_works_offline(here: Pulled):
    here.engine.pull("sdxl")
    here.server.asked.clear()
    assert here.engine.pull("sdxl").ready
    assert here.server.asked == []
    offline = EngineConfig(models_folder=here.folder, offline=True)
    assert find_weights("sdxl", offline, DiffusersOptions()).name == "sdxl"
    assert find_weights(BASE, offline, DiffusersOptions()).name == BASE
    with pytest.raises(OfflineError):
        DiffusersImageEngine(offline).pull("sdxl-lightning")


def test_when_no_model_is_named_one_that_is_here_paints(here: Pulled):
    options = here.options.model_copy(update={"device": "cuda"})
    here.engine.pull("sdxl-lightning")
    assert choose_weights(here.config, options).name == "sdxl-lightning"
    here.engine.pull("sdxl")
    assert choose_weights(here.config, options).name == "sdxl"


def test_without_its_autoencoder_a_model_is_not_whole(here: Pulled):
    here.engine.pull("sdxl")
    shutil.rmtree(storage_folder("madebyollin/sdxl-vae-fp16-fix", here.folder))
    assert not here.card("sdxl").ready
    with pytest.raises(EngineError, match="not on this machine"):
        here.find("sdxl")


def test_lightning_shares_the_base_and_brings_its_own_unet(here: Pulled):
    here.engine.pull("sdxl-lightning")
    found = here.find("sdxl-lightning")
    assert found.unet is not None
    assert found.unet.name == "sdxl_lightning_4step_unet.safetensors"
    assert not list(found.base.glob("unet/*.safetensors"))
    assert (found.family.steps, found.family.guidance_scale) == (4, 0.0)
    assert found.family.sampling == {"timestep_spacing": "trailing"}
    with pytest.raises(EngineError, match="'sdxl' is not on this machine"):
        here.find("sdxl")
    assert here.card("sdxl").bytes_here > 0
    assert not here.card("sdxl").ready


def test_what_another_model_shares_stays(here: Pulled):
    for name in ("sdxl", "sdxl-lightning"):
        here.engine.pull(name)
    freed = here.engine.forget("sdxl")
    assert freed > 0
    assert here.find("sdxl-lightning").vae is not None
    assert not storage_folder(REFINER, here.folder).exists()
    with pytest.raises(EngineError, match="not on this machine"):
        here.find("sdxl")
    here.engine.forget("sdxl-lightning")
    assert not list(here.folder.glob("models--*"))
    with pytest.raises(UnknownEngineError, match="not here"):
        here.engine.forget("sdxl")


def test_control_and_references_are_found_by_every_model_of_the_family(here: Pulled):
    for name in ("sdxl-lightning", "sdxl-control", "sdxl-references", "someone/model"):
        here.engine.pull(name)
    for name in ("sdxl-lightning", "someone/model"):
        found = here.find(name)
        assert found.preview is not None
        assert (need_control(found, "canny") / "config.json").is_file()
        adapter, encoder = need_references(found)
        assert adapter.name == "ip-adapter-plus_sdxl_vit-h.safetensors"
        assert (encoder / "model.safetensors").read_bytes() == safetensors(200)
    here.engine.pull("sd15-references")
    here.engine.forget("sdxl-references")
    assert here.card("sd15-references").ready, "the image encoder is shared"


def test_a_repository_brings_what_its_index_names(here: Pulled):
    card = here.engine.pull("someone/model")
    found = here.find("someone/model")
    assert (card.licence, found.licence, found.name) == ("openrail++", "openrail++", "someone/model")
    assert "unet/diffusion_pytorch_model.fp16.safetensors" in names(found.base)
    assert not any(name.startswith("text_encoder_2/") for name in names(found.base))
    assert card == here.card("someone/model")
    assert here.engine.forget("someone/model") > 0
    assert "someone/model" not in {card.name for card in here.engine.model_cards()}


def test_a_repository_that_is_refused_before_its_weights_come(here: Pulled):
    with pytest.raises(UnknownEngineError, match="AudioLDM2Pipeline"):
        here.engine.pull("someone/sound")
    assert not any(path.endswith(".safetensors") for path in here.server.asked)
    with pytest.raises(EngineError, match=r"pickled weights \(model\.ckpt\)"):
        here.engine.pull("someone/pickles")
    with pytest.raises(UnsupportedRequestError, match="can run any code"):
        here.engine.pull("someone/pickles/model.ckpt")
    with pytest.raises(UnknownEngineError, match="has 2 files of weights") as caught:
        here.engine.pull("ByteDance/SDXL-Lightning")
    assert "studiolo pull ByteDance/SDXL-Lightning/sdxl_lightning_2step_unet" in caught.value.hint
    with pytest.raises(UnknownEngineError, match="no model 'nonsense'"):
        here.engine.pull("nonsense")
    with pytest.raises(UnknownEngineError, match="The hub has no model 'someone/else'"):
        here.engine.pull("someone/else")


def test_loras_and_single_files_come_from_the_hub(here: Pulled):
    assert here.engine.pull("someone/ink").ready
    assert find_lora("someone/ink", here.config).name == "ink.safetensors"
    name = "ByteDance/SDXL-Lightning/sdxl_lightning_2step_unet.safetensors"
    here.engine.pull(name)
    assert find_lora(name, here.config).name == "sdxl_lightning_2step_unet.safetensors"
    assert here.engine.forget("someone/ink") > 0


def test_configurations_for_single_files(here: Pulled, tmp_path: Path):
    telling = {"conditioner.embedders.1.model.transformer.resblocks.9.mlp.c_proj.bias": [4]}
    write(here.folder, {"mine.safetensors": safetensors(telling)})
    with pytest.raises(EngineError, match="configuration"):
        here.find("mine.safetensors")
    here.engine.pull("sdxl-configuration")
    found = here.find("mine.safetensors")
    assert found.configuration is not None
    assert {"model_index.json", "unet/config.json", "tokenizer/merges.txt"} <= names(found.configuration)
    assert not any(name.endswith(".safetensors") for name in names(found.configuration))


def test_own_files_are_listed_and_never_deleted(here: Pulled):
    pipeline(here.folder / "mine")
    write(here.folder / "loras", {"ink.safetensors": safetensors()})
    card = here.card("mine")
    assert card.ready
    assert card.bytes_here > 0
    assert here.card("loras/ink").description.startswith("A LoRA")
    with pytest.raises(UnknownEngineError, match="not pulled by studiolo"):
        here.engine.forget("mine")
    assert here.card("mine") == card


def test_models_of_the_library_transformers_are_told_apart(here: Pulled):
    assert pulling.is_for_transformers("someone/llava", here.config, here.options)
    assert not pulling.is_for_transformers("someone/model", here.config, here.options)
    assert not pulling.is_for_transformers("someone/ink", here.config, here.options)


def test_every_recipe_can_be_read():
    cards = DiffusersImageEngine(EngineConfig(models_folder=Path("/nowhere"))).model_cards()
    assert {"sdxl", "sdxl-turbo", "sd-turbo", "sdxl-lightning", "sdxl-control"} <= {
        card.name for card in cards
    }
    for card in cards:
        assert card.licence
        assert card.description.endswith(".")
        assert card.download_bytes > 1_000_000
        assert not card.ready
