"""The tools, and the registry that every other part reads them from."""
