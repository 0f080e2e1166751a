"""LoRAs: read before they are loaded, attached for a call with their weights, gone afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studiolo.engines.diffusers import lora_files, loras
from studiolo.engines.diffusers.applying import PlanInForce
from studiolo.engines.diffusers.loras import WeightedLora
from studiolo.engines.diffusers.plans import Plan
from studiolo.errors import EngineError, InvalidRequestError, UnsupportedRequestError
from studiolo.requests import Lora
from tests.engines.diffusers import tiny, tiny_extras

pytest.importorskip("torch", reason="needs the extra 'local': make local")


@pytest.fixture(scope="module")
def sdxl(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tiny_extras.load(tiny.sdxl(tmp_path_factory.mktemp("sdxl")))


@pytest.fixture(scope="module")
def sd(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tiny_extras.load(tiny.sd(tmp_path_factory.mktemp("sd")))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, sdxl: Any) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("loras")
    return {
        "one": tiny_extras.lora(folder / "one.safetensors", sdxl, seed=1),
        "other": tiny_extras.lora(folder / "other.safetensors", sdxl, seed=2),
        "kohya": tiny_extras.kohya_lora(folder / "kohya.safetensors", sdxl),
    }


def weighted(file: Path, weight: float = 1.0) -> WeightedLora:
    return WeightedLora(name=file.stem, file=lora_files.read(file), weight=weight)


def painted(pipe: Any, *wanted: WeightedLora) -> bytes:
    with loras.attach(pipe, wanted) as attached:
        return tiny_extras.paint(attached.pipe)


@pytest.mark.parametrize("layout", ["one", "kohya"])
def test_a_lora_changes_the_picture_by_its_weight_and_nothing_stays(
    sdxl: Any, files: dict[str, Path], layout: str
):
    before = tiny_extras.paint(sdxl)
    full = painted(sdxl, weighted(files[layout]))
    assert full != before
    assert painted(sdxl, weighted(files[layout], 0.5)) not in {full, before}
    assert painted(sdxl, weighted(files[layout], -1)) not in {full, before}
    assert painted(sdxl, weighted(files[layout])) == full
    assert tiny_extras.paint(sdxl) == before
    assert painted(sdxl) == before


def test_stable_diffusion_1_has_its_own(sd: Any, tmp_path: Path):
    before = tiny_extras.paint(sd)
    for make in (tiny_extras.lora, tiny_extras.kohya_lora):
        assert painted(sd, weighted(make(tmp_path / "own.safetensors", sd))) != before
    assert painted(sd) == before


def test_several_at_once(sdxl: Any, files: dict[str, Path]):
    one, other = weighted(files["one"]), weighted(files["other"])
    alone = painted(sdxl, one)
    both = painted(sdxl, one, other)
    assert both not in {alone, painted(sdxl, other)}
    assert painted(sdxl, one, WeightedLora(name="other", file=other.file, weight=0)) == alone
    twice = painted(sdxl, weighted(files["one"], 0.5), weighted(files["one"], 0.5))
    assert twice == alone, "the same one twice adds up"


def test_it_stays_loaded_for_the_next_request_and_is_dropped_by_one_with_others(
    sdxl: Any, files: dict[str, Path]
):
    def layers() -> dict[str, Any]:
        return {name: part for name, part in sdxl.unet.named_parameters() if "lora" in name}

    painted(sdxl, weighted(files["one"]))
    kept = layers()
    assert kept
    painted(sdxl, weighted(files["one"], 0.3))
    assert all(part is kept[name] for name, part in layers().items()), "the very same tensors"
    painted(sdxl, weighted(files["other"]))
    assert set(layers()).isdisjoint(kept)
    painted(sdxl)
    assert not layers()


def test_a_file_that_was_replaced_is_read_anew(sdxl: Any, tmp_path: Path):
    file = tiny_extras.lora(tmp_path / "changing.safetensors", sdxl, seed=3)
    before = painted(sdxl, weighted(file))
    tiny_extras.lora(file, sdxl, seed=4, metadata={"version": "2"})
    assert painted(sdxl, weighted(file)) != before


def test_what_fails_in_a_call_leaves_no_trace(sdxl: Any, files: dict[str, Path]):
    before = tiny_extras.paint(sdxl)
    with pytest.raises(KeyboardInterrupt), loras.attach(sdxl, [weighted(files["one"])]):
        raise KeyboardInterrupt
    assert tiny_extras.paint(sdxl) == before


def test_fused_projections_are_taken_apart_for_a_lora(sdxl: Any, files: dict[str, Path]):
    plain = painted(sdxl, weighted(files["one"]))
    painted(sdxl)
    sdxl.unet.fuse_qkv_projections()
    force = PlanInForce(Plan(device="cpu", dtype="float32", fused_qkv=True))
    try:
        for _ in range(2):
            with force.separate_projections(sdxl):
                assert painted(sdxl, weighted(files["one"])) == plain
                painted(sdxl)
    finally:
        sdxl.unet.unfuse_qkv_projections()


def test_a_lora_of_another_family_is_refused_before_it_is_loaded(sdxl: Any, sd: Any, tmp_path: Path):
    file = tiny_extras.lora(tmp_path / "of-sd.safetensors", sd)
    painted(sdxl)
    with (
        pytest.raises(UnsupportedRequestError, match="words 32 wide; this model is of models with words 96"),
        loras.attach(sdxl, [weighted(file)]),
    ):
        pass
    assert not any("lora" in name for name, _ in sdxl.unet.named_parameters())


def header_only(
    file: Path, tensors: dict[str, tuple[int, ...]], metadata: dict[str, str] | None = None
) -> Path:
    import torch
    from safetensors.torch import save_file

    save_file({name: torch.zeros(shape) for name, shape in tensors.items()}, file, metadata=metadata)
    return file


_KOHYA = "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight"
_SGM = "lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k.lora_down.weight"
_DIFFUSERS = "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.lora_A.weight"
_OLDER = "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.processor.to_k_lora.down.weight"


@pytest.mark.parametrize(
    ("names", "family"),
    [
        ({_KOHYA: (4, 768)}, "Stable Diffusion 1"),
        ({_KOHYA: (4, 1024)}, "Stable Diffusion 2"),
        ({_SGM: (4, 2048)}, "Stable Diffusion XL"),
        ({_DIFFUSERS: (4, 768)}, "Stable Diffusion 1"),
        ({_OLDER: (4, 2048)}, "Stable Diffusion XL"),
        ({"lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_down.weight": (4, 1280)}, "Stable Diffusion XL"),
        ({"lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight": (4, 3072)}, "FLUX.1"),
        ({"transformer.single_transformer_blocks.0.attn.to_k.lora_A.weight": (4, 3072)}, "FLUX.1"),
        ({"transformer.transformer_blocks.0.attn.add_k_proj.lora_A.weight": (4, 1536)}, "Stable Diffusion 3"),
    ],
    ids=[
        "kohya-1",
        "kohya-2",
        "kohya-xl",
        "diffusers-1",
        "older-xl",
        "encoder-xl",
        "kohya-flux",
        "flux",
        "sd3",
    ],
)
def test_the_family_is_read_from_names_and_shapes(
    tmp_path: Path, names: dict[str, tuple[int, ...]], family: str
):
    assert lora_files.read(header_only(tmp_path / "lora.safetensors", names)).family == family


def test_where_shapes_do_not_tell_the_metadata_does(tmp_path: Path):
    attention = {_KOHYA.replace("attn2", "attn1"): (4, 320)}
    untold = lora_files.read(header_only(tmp_path / "a.safetensors", attention))
    assert untold.words_wide is None
    told = header_only(tmp_path / "b.safetensors", attention, {"ss_base_model_version": "sdxl_base_v1-0"})
    assert lora_files.read(told).family == "Stable Diffusion XL"


def test_what_is_no_lora_is_refused(sdxl: Any, tmp_path: Path):
    with pytest.raises(UnsupportedRequestError, match="holds no LoRA"):
        lora_files.read(header_only(tmp_path / "model.safetensors", {"conv_in.weight": (4, 4)}))
    with pytest.raises(UnsupportedRequestError, match="is a LoHa"):
        lora_files.read(header_only(tmp_path / "loha.safetensors", {"lora_unet_x.hada_w1_a": (4, 4)}))
    torn = tiny_extras.lora(tmp_path / "torn.safetensors", sdxl)
    torn.write_bytes(torn.read_bytes()[:-50])
    with pytest.raises(EngineError, match="cut off"):
        lora_files.read(torn)


def test_a_lora_that_does_not_fit_inside_says_so_and_leaves_no_trace(sdxl: Any, tmp_path: Path):
    before = tiny_extras.paint(sdxl)
    at = "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k"
    misfit = {f"{at}.lora_A.weight": (4, 96), f"{at}.lora_B.weight": (999, 4)}
    with (
        pytest.raises(EngineError, match="cannot be loaded"),
        loras.attach(sdxl, [weighted(header_only(tmp_path / "misfit.safetensors", misfit))]),
    ):
        pass
    assert tiny_extras.paint(sdxl) == before


def test_words_it_was_trained_with_are_told_if_the_prompt_lacks_them(sdxl: Any, tmp_path: Path):
    tags = json.dumps({"10_fox": {"zorro": 20, "snow": 3}, "5_more": {"zorro": 20}})
    file = tiny_extras.lora(tmp_path / "fox.safetensors", sdxl, metadata={"ss_tag_frequency": tags})
    with loras.attach(sdxl, [weighted(file)], prompt="a fox") as attached:
        assert attached.notes == ("The LoRA 'fox' was trained with 'zorro', which the prompt does not say.",)
    with loras.attach(sdxl, [weighted(file)], prompt="a Zorro in the snow") as attached:
        assert not attached.notes


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"modelspec.trigger_phrase": "in the style of tiny"}, ("in the style of tiny",)),
        ({"ss_tag_frequency": "not json"}, ()),
        ({"ss_tag_frequency": "[1]"}, ()),
        ({}, ()),
    ],
    ids=["phrase", "damaged", "other", "none"],
)
def test_trigger_words(metadata: dict[str, str], words: tuple[str, ...]):
    assert lora_files.trigger_words(metadata) == words


def test_prompts_of_other_programs_ask_for_loras():
    prompt = "a fox, <lora:pixel art:0.8>, in the snow <lora:film> <lora:dull:-.5>"
    words, wanted, notes = loras.read_prompt(prompt, [Lora(name="first", weight=0.3)])
    assert words == "a fox, in the snow"
    assert [(lora.name, lora.weight) for lora in wanted] == [
        ("first", 0.3),
        ("pixel art", 0.8),
        ("film", 1.0),
        ("dull", -0.5),
    ]
    assert notes == ("LoRAs asked for in the prompt: 'pixel art' (0.8), 'film' (1), 'dull' (-0.5).",)


def test_a_prompt_without_tags_stays_as_it_is():
    assert loras.read_prompt("a  fox , in <b>snow</b>", ()) == ("a  fox , in <b>snow</b>", (), ())


@pytest.mark.parametrize(
    "name",
    ["/srv/x", "../x", "~/x", "a/../x", "a/b/c", "..\\x", "x.safetensors", "a/x.CKPT", ".hidden"],
)
def test_a_prompt_names_no_file(name: str):
    with pytest.raises(InvalidRequestError, match="not a file"):
        loras.read_prompt(f"a fox <lora:{name}:0.8>", ())


@pytest.mark.parametrize("tag", ["<lora:x:much>", "<lora:x:5>", "<lora:x:nan>", "<lora:x:0.5:0.5>"])
def test_a_tag_that_is_no_weight_is_refused(tag: str):
    with pytest.raises(InvalidRequestError, match="no number from -4 to 4"):
        loras.read_prompt(f"a fox {tag}", ())


def test_too_many_in_the_prompt():
    with pytest.raises(InvalidRequestError, match="9 LoRAs are asked for, 9 of them in the prompt"):
        loras.read_prompt(" ".join(f"<lora:x{index}>" for index in range(9)), ())
