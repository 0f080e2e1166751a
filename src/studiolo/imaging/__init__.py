"""Pure functions on pictures: safe decoding, masks, thumbnails, what is written inside files."""
