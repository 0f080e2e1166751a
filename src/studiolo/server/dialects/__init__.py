"""Other people's APIs, spoken by ours: translation only, one package for each."""
