"""What goes wrong with the model hub, said as what to do about it."""

from __future__ import annotations

import errno
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from studiolo.errors import CredentialsError, EngineError, StudioloError, UnknownEngineError, reason

_NOT_WHOLE: Final = "Run the same again: it goes on where it stopped."


@contextmanager
def explaining(model: str) -> Generator[None]:
    """Make of what the hub's client raises an error of ours."""
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError, RevisionResolutionError

    try:
        yield
    except RevisionResolutionError as error:  # the hub did not answer; why is in its cause
        cause = error.__cause__
        raise explain(cause if isinstance(cause, Exception) else error, model) from error
    except (HfHubHTTPError, httpx2.HTTPError, OSError, ValueError) as error:
        raise explain(error, model) from error


def explain(error: Exception, model: str) -> StudioloError:
    """What to tell of an error of the hub's client."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    if isinstance(error, GatedRepoError):
        return CredentialsError(
            f"The model '{model}' is given out only to those who accepted its licence.",
            hint=f"Accept it at https://huggingface.co/{model}, then run: hf auth login "
            "(or set token in the engine's table of config.toml)",
        )
    if isinstance(error, RepositoryNotFoundError):
        return UnknownEngineError(
            f"The hub has no model '{model}', or not for you.",
            hint="Check the name; for a private model, run: hf auth login",
        )
    if isinstance(error, RevisionNotFoundError):
        return UnknownEngineError(
            f"The model '{model}' has no such revision.",
            hint="Mend revision in the engine's table of config.toml.",
        )
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return EngineError(
            f"The disk was full before '{model}' was downloaded.",
            hint=f"Free some space, or set models_folder to a larger disk. {_NOT_WHOLE}",
        )
    return EngineError(f"The model '{model}' could not be downloaded: {reason(error)}.", hint=_NOT_WHOLE)
