"""Word vectors: counting, factoring and measuring; writes the file that the linker ships."""
