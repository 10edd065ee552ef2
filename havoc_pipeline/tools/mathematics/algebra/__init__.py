"""Symbolic algebra behind a deadline: SymPy runs in a worker process of its own, never in the caller's.

Only `desk` is for the rest of the package; the other modules run inside the worker.
"""
