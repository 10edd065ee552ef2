"""Pretraining of HAVOC at any size by configuration: sharded, resumable to the bit, guarded, logged."""
