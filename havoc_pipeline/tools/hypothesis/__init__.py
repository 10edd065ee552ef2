"""Tools of the family: hypothesis."""
