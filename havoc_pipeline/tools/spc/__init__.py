"""Tools of the family: spc."""
