"""What we ask about pictures and prompts: suggest, translate, describe, tag, ask."""
