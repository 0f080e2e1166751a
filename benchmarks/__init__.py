"""Measured figures, each printed by one module: `python -m benchmarks.NAME`."""
