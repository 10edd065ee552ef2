"""English text of free documentation packages, fetched and cleaned for training."""
