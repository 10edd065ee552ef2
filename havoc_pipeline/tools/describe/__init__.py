"""Tools of the family: describe."""
