"""A HAVOC checkpoint in the forms that other programs load: Hugging Face's Llama folder, llama.cpp's GGUF."""
