"""Models that Replicate runs: anybody's, by owner and name."""
