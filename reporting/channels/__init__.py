"""How notifications travel: a file for each channel, all of which answer with a receipt or a refusal."""
