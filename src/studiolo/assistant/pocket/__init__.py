"""The pocket assistant: looks at pictures and helps with prompts, offline, without a language model."""
