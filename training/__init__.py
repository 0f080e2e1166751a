"""How the pocket models are made: data, training, evaluation and export. `make pocket` runs all of it."""
