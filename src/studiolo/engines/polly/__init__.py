"""Amazon Polly, with credentials the AWS way. Extra ``aws``."""

from studiolo.engines.polly.engine import PollySpeechEngine

__all__ = ["PollySpeechEngine"]
