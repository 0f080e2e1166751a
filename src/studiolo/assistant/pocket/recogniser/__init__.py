"""The recogniser of drawings: what is drawn in a picture, how many, where, and how sure that is."""

from studiolo.assistant.pocket.recogniser.recogniser import Recogniser
from studiolo.assistant.pocket.recogniser.sighting import Sighting

__all__ = ["Recogniser", "Sighting"]
