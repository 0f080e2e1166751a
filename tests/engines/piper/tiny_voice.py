"""A voice in Piper's real format whose network hums: one tone for each phoneme, as long as the scale says.

The graph has the inputs and the output of Piper's exported VITS (``input``, ``input_lengths``, ``scales``,
``sid``; audio of shape 1 x 1 x 1 x time), and the ``.json`` beside it the fields of a published voice. What
is not there is what training gives: a voice.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

RATE_HZ = 16_000
SAMPLES_PER_PHONEME = 480


def make_voice(
    file: Path, *, speakers: tuple[str, ...] = (), language: str = "en_US", espeak: str = "en-us"
) -> Path:
    """Write ``file`` and ``file.json``; returns ``file``."""
    file.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(_model(with_speakers=len(speakers) > 1), file)
    settings = {
        "audio": {"sample_rate": RATE_HZ, "quality": "x_low"},
        "espeak": {"voice": espeak},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
        "num_symbols": 256,
        "num_speakers": max(1, len(speakers)),
        "speaker_id_map": {name: number for number, name in enumerate(speakers)},
        "language": {"code": language, "family": language[:2]},
    }
    file.with_name(f"{file.name}.json").write_text(json.dumps(settings))
    return file


def _model(*, with_speakers: bool) -> onnx.ModelProto:
    """Phase is the running sum of 100 Hz, 10 for each step of a phoneme's number, 150 of a speaker's."""
    constants = {
        "one": np.array(1, np.int64),
        "samples": np.array(SAMPLES_PER_PHONEME, np.float32),
        "step": np.array(10, np.float32),
        "base": np.array(100, np.float32),
        "apart": np.array(150, np.float32),
        "turn": np.array(2 * np.pi / RATE_HZ, np.float32),
        "axis": np.array(0, np.int64),
        "flat": np.array([-1], np.int64),
        "shape": np.array([1, 1, 1, -1], np.int64),
        "column": np.array([-1, 1], np.int64),
    }
    node = helper.make_node
    nodes = [
        node("Gather", ["scales", "one"], ["length"]),
        node("Mul", ["length", "samples"], ["wide"]),
        node("Cast", ["wide"], ["count"], to=TensorProto.INT64),
        node("Reshape", ["count", "flat"], ["counts"]),
        node("Cast", ["input"], ["numbers"], to=TensorProto.FLOAT),
        node("Reshape", ["numbers", "column"], ["rows"]),
        node("Mul", ["rows", "step"], ["steps"]),
        node("Add", ["steps", "base"], ["tones"]),
        node("Concat", ["input_lengths", "counts"], ["grid"], axis=0),
    ]
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    if with_speakers:
        inputs.append(helper.make_tensor_value_info("sid", TensorProto.INT64, [1]))
        nodes += [
            node("Cast", ["sid"], ["speaker"], to=TensorProto.FLOAT),
            node("Mul", ["speaker", "apart"], ["higher"]),
            node("Add", ["tones", "higher"], ["heard"]),
        ]
    else:
        nodes.append(node("Identity", ["tones"], ["heard"]))
    nodes += [
        node("Expand", ["heard", "grid"], ["spread"]),
        node("Reshape", ["spread", "flat"], ["line"]),
        node("CumSum", ["line", "axis"], ["sum"]),
        node("Mul", ["sum", "turn"], ["phase"]),
        node("Sin", ["phase"], ["wave"]),
        node("Reshape", ["wave", "shape"], ["output"]),
    ]
    graph = helper.make_graph(
        nodes,
        "hum",
        inputs,
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, 1, "time"])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
