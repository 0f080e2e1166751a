"""Image engines: one module or package each, all behind :class:`~studiolo.engines.base.ImageEngine`."""
