"""Models of Amazon Bedrock. Needs the extra ``aws``; boto3 is loaded by the first call."""

from studiolo.engines.bedrock.chat import BedrockChatEngine
from studiolo.engines.bedrock.image import BedrockImageEngine

__all__ = ["BedrockChatEngine", "BedrockImageEngine"]
