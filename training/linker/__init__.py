"""How the linker learns: its lexicon compiled, its weights fitted, its figures measured."""
