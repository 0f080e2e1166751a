"""What runs in the child process: llama.cpp's own server, on loopback, for its parent alone.

Reads its settings as a line of JSON on standard input, answers with its address on standard output, and
ends when its input does: also when its parent was killed. A script: it imports nothing of studiolo.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any


def main() -> None:
    """Serve until the parent lets go."""
    settings: dict[str, Any] = json.loads(sys.stdin.readline())
    # llama.cpp writes to standard output as it likes; what the parent reads there is ours alone.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answer:
        os.dup2(2, 1)
        xllamacpp: Any = importlib.import_module("xllamacpp")
        try:
            server: Any = xllamacpp.Server(_parameters(xllamacpp, settings))
        except RuntimeError as error:
            sys.exit(str(error))  # why is in the log, which llama.cpp has written by now
        answer.write(json.dumps({"address": server.listening_address}) + "\n")
    sys.stdin.read()
    os._exit(0)  # an answer under way is not waited for


def _parameters(xllamacpp: Any, settings: dict[str, Any]) -> Any:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = settings["model"]
    if settings["mmproj"]:
        parameters.mmproj.path = settings["mmproj"]
    if settings["threads"]:
        parameters.cpuparams.n_threads = settings["threads"]
        parameters.cpuparams_batch.n_threads = settings["threads"]
    if settings["chat_template"]:
        parameters.chat_template = settings["chat_template"]
    parameters.n_ctx = settings["context"]
    parameters.n_gpu_layers = settings["gpu_layers"]
    parameters.n_parallel = 1  # one answer at a time, with the whole context; others wait their turn
    parameters.port = 0
    parameters.api_keys = [settings["key"]]  # others of this machine may find the port
    parameters.use_jinja = True
    parameters.ui = parameters.endpoint_props = parameters.warmup = False
    parameters.endpoint_slots = True
    parameters.offline = True
    parameters.verbosity = 2  # warnings and errors
    return parameters


if __name__ == "__main__":
    main()
