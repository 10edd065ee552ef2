"""HAVOC's tokenizers: words by byte-level BPE, symbols one token each."""
