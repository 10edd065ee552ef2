"""How HAVOC-mini is made: phrase bank, domains, questions, training. Not part of the package."""
