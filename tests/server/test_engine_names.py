"""A client learns nothing of the server's disk by naming models."""

import pytest

from studiolo.server.engine_names import is_path

PATHS = (
    "/etc", "./model", "../model", ".", "~/model", "C:\\model", "c:/model", "a\\b", "models/../../etc",
    "models/..", "models/sdxl.safetensors", "a/b/llava.GGUF", " /etc",
)  # fmt: skip
NAMES = (
    "", "sdxl", "stabilityai/sdxl-turbo", "owner/name:0123456789abcdef", "llava:13b", "sdxl.safetensors",
    "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.stability.sd3-5-large-v1:0",
    "hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M", "gpt-image-1.5",
)  # fmt: skip


@pytest.mark.parametrize("model", PATHS)
def test_a_path_is_seen(model):
    assert is_path(model)


@pytest.mark.parametrize("model", NAMES)
def test_a_name_is_none(model):
    assert not is_path(model)


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/api/jobs", {"prompt": "a fox", "engine": "diffusers:PATH"}),
        ("/api/estimate", {"prompt": "a fox", "engine": "diffusers:PATH"}),
        ("/api/suggestions", {"keywords": ["fox"], "engine": "gguf:PATH"}),
        ("/api/speech", {"text": "a fox", "engine": "piper:PATH"}),
        ("/api/engines/image/diffusers/test", {"model": "PATH"}),
        ("/v1/images/generations", {"prompt": "a fox", "model": "diffusers:PATH"}),
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": "a fox"}], "model": "gguf:PATH"}),
        ("/v1/audio/speech", {"input": "a fox", "voice": "alloy", "model": "piper:PATH"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_folder_that_is_there_is_refused_as_one_that_is_not(server, tmp_path, address, body):
    said = set()
    for place in (tmp_path, tmp_path / "nothing"):
        sent = {name: value.replace("PATH", str(place)) if isinstance(value, str) else value
                for name, value in body.items()}  # fmt: skip
        answer = server.post(address, json=sent)
        assert answer.status_code in {400, 422}, answer.text
        said.add(answer.text.replace(str(place), ""))
        assert "should name a model" in answer.text
    assert len({text.partition('"request_id"')[0] for text in said}) == 1
