"""Tools of the family: regression."""
