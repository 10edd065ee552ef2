"""HAVOC in vLLM: the plugin that registers it, the model on vLLM's layers, and the server."""
