"""How the pocket models are made: data, training, evaluation and export. `make pocket` runs all of it."""

import os

# Before torch is imported: its threads otherwise spin while they wait for each other, and where other work
# shares the CPU (three to four times as slow, measured) they spin for most of the time.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
