"""Tools of the family: mathematics."""
