"""The language model side: how HAVOC reads a question, decodes a plan, and speaks to DSPy."""
