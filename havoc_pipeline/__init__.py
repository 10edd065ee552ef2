"""HAVOC: a hard question of process data in, an answer that stands up in an audit out."""

__version__ = "0.1.0"
