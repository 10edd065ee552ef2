"""Tools of the family: doe."""
