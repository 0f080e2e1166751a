"""Services that speak as OpenAI does, and where each differs.

Facts from each one's own pages on its OpenAI compatibility. What a server turns out not to know is left out
on its word (see ``chat.py``), so that this table needs only what would go wrong in silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A service.

    ``length`` is what it calls the longest answer, ``seed`` the seed (empty: it has none). ``counts_tokens``
    says that usage comes only when ``stream_options`` ask for it. ``default_model`` is empty where no name is
    right for everybody. ``pictures`` describes those who paint there, where it is another sentence.
    """

    name: str
    title: str
    base_url: str
    description: str
    key_variable: str = ""
    default_model: str = ""
    length: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    seed: Literal["seed", "random_seed", ""] = "seed"
    top_k: bool = True
    structured: bool = True
    counts_tokens: bool = True
    start: str = ""
    pictures: str = ""


OPENAI: Final = Profile(
    name="openai",
    title="OpenAI",
    base_url="https://api.openai.com/v1",
    description="OpenAI's models, or any server that speaks as OpenAI does (base_url).",
    key_variable="OPENAI_API_KEY",
    default_model="gpt-5.4-mini",
    length="max_completion_tokens",
    top_k=False,
    pictures="OpenAI's GPT Image models, or any server that paints as OpenAI does (base_url).",
)
OLLAMA: Final = Profile(
    name="ollama",
    title="Ollama",
    base_url="http://localhost:11434/v1",
    description="Models of this machine, run by Ollama.",
    top_k=False,  # its own interface has it; this one drops it without a word
    start="Is Ollama running? Start it with: ollama serve",
)
LM_STUDIO: Final = Profile(
    name="lmstudio",
    title="LM Studio",
    base_url="http://localhost:1234/v1",
    description="Models of this machine, run by LM Studio.",
    start="Is LM Studio's server running? Start it with: lms server start",
)
LLAMA_CPP: Final = Profile(
    name="llamacpp",
    title="llama.cpp",
    base_url="http://localhost:8080/v1",
    description="The model that a llama.cpp server was started with.",
    default_model="default",  # it serves one model, and does not look at the name
    start="Is llama.cpp running? Start it with: llama-server -m MODEL.gguf --mmproj MMPROJ.gguf",
)
VLLM: Final = Profile(
    name="vllm",
    title="vLLM",
    base_url="http://localhost:8000/v1",
    description="Models of your own machines, run by vLLM.",
    start="Is vLLM running? Start it with: vllm serve MODEL",
    pictures="Diffusion models of your own machines, run by vLLM-Omni.",
)
GEMINI: Final = Profile(
    name="gemini",
    title="Gemini",
    base_url="https://generativelanguage.googleapis.com/v1beta/openai",
    description="Google's Gemini models.",
    key_variable="GEMINI_API_KEY",
    default_model="gemini-flash-latest",
    seed="",
    top_k=False,
)
MISTRAL: Final = Profile(
    name="mistral",
    title="Mistral",
    base_url="https://api.mistral.ai/v1",
    description="Mistral's models.",
    key_variable="MISTRAL_API_KEY",
    default_model="mistral-small-latest",
    seed="random_seed",
    top_k=False,
    counts_tokens=False,  # the last piece has the usage, unasked
)
OPENROUTER: Final = Profile(
    name="openrouter",
    title="OpenRouter",
    base_url="https://openrouter.ai/api/v1",
    description="Models of many makers behind one key.",
    key_variable="OPENROUTER_API_KEY",
    default_model="openrouter/auto",
    structured=False,  # some of its models
)
LOCALAI: Final = Profile(
    name="localai",
    title="LocalAI",
    base_url="http://localhost:8080/v1",
    description="Diffusion models of your own machines, run by LocalAI.",
    start="Is LocalAI running? Start it with: local-ai run MODEL",
)
SD_CPP: Final = Profile(
    name="sdcpp",
    title="stable-diffusion.cpp",
    base_url="http://127.0.0.1:1234/v1",
    description="The model that a stable-diffusion.cpp server was started with.",
    default_model="sd-cpp-local",  # it serves one model, and does not look at the name
    start="Is stable-diffusion.cpp running? Start it with: sd-server -m MODEL",
)
TOGETHER: Final = Profile(
    name="together",
    title="Together",
    base_url="https://api.together.xyz/v1",
    description="Open image models, run by Together.",
    key_variable="TOGETHER_API_KEY",
    default_model="black-forest-labs/FLUX.1-schnell",
)
