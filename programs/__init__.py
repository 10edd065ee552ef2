"""How the stages compose."""
