"""``python -m studiolo.cli``."""

from __future__ import annotations

import sys

from studiolo.cli import main

sys.exit(main())
