"""ComfyUI's own example of a client, against the server of these tests: it takes it for a ComfyUI."""

from __future__ import annotations

import io
import json
import urllib.parse
import urllib.request
import uuid

import pytest
from PIL import Image
from websockets.sync.client import connect

# The graph of script_examples/websockets_api_example.py in Comfy-Org/ComfyUI, as it was in 2026-11.
GRAPH = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "cfg": 8,
            "denoise": 1,
            "latent_image": ["5", 0],
            "model": ["4", 0],
            "negative": ["7", 0],
            "positive": ["6", 0],
            "sampler_name": "euler",
            "scheduler": "normal",
            "seed": 8566257,
            "steps": 5,
        },
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd_xl_base_1.0.safetensors"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"batch_size": 1, "height": 48, "width": 64}},
    "6": {
        "class_type": "CLIPTextEncode",
        "inputs": {"clip": ["4", 1], "text": "masterpiece best quality man"},
    },
    "7": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["4", 1], "text": "bad hands"}},
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
    "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "ComfyUI", "images": ["8", 0]}},
}


def ask(server, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(server.address + path, data, headers)) as answer:
        return answer.read()


def test_comfyuis_own_example_gets_its_picture(server):
    """Queue, listen until nothing executes any more, look into the history, view: as the example does it."""
    client = str(uuid.uuid4())
    with connect(f"ws{server.address[4:]}/ws?clientId={client}") as line:
        queued = json.loads(ask(server, "/prompt", {"prompt": GRAPH, "client_id": client}))
        kinds: list[str] = []
        while True:
            told = line.recv(timeout=10)
            if isinstance(told, bytes):
                continue
            message = json.loads(told)
            kinds.append(message["type"])
            data = message["data"]
            if message["type"] == "executing" and data["node"] is None:
                assert data["prompt_id"] == queued["prompt_id"]
                break
    assert {
        "status",
        "execution_start",
        "progress",
        "progress_state",
        "executed",
        "execution_success",
    } <= set(kinds)
    entry = json.loads(ask(server, f"/history/{queued['prompt_id']}"))[queued["prompt_id"]]
    (file,) = entry["outputs"]["9"]["images"]
    picture = Image.open(io.BytesIO(ask(server, f"/view?{urllib.parse.urlencode(file)}")))
    assert (picture.size, file["type"]) == ((64, 48), "output")


@pytest.mark.parametrize(
    ("node", "change", "kind"),
    [
        ("3", {"steps": 0}, "value_smaller_than_min"),
        ("3", {"sampler_name": "no"}, "value_not_in_list"),
        ("3", {"positive": ["5", 0]}, "return_type_mismatch"),
        ("3", {"seed": "a"}, "invalid_input_type"),
        ("3", {"speed": 1}, "unknown_input"),
        ("9", {"images": None}, "invalid_input_type"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_graph_is_refused_as_there(server, node, change, kind):
    graph = {**GRAPH, node: {**GRAPH[node], "inputs": {**GRAPH[node]["inputs"], **change}}}
    status, answer = server.put({"prompt": graph})
    assert status == 400
    assert answer["error"]["type"] == "prompt_outputs_failed_validation"
    assert [error["type"] for error in answer["node_errors"][node]["errors"]] == [kind]
