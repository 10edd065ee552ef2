"""Tools of the family: capability."""
