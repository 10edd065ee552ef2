"""How HAVOC's tokenizers come about: the small one of HAVOC-mini, and the corpus of the domain tokenizer."""
