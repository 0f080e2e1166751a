"""OpenAI, and everything that speaks as it does."""
