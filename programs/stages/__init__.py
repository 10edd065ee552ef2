"""The eight stages, one module each."""
