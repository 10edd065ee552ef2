"""Suites, scorers, reports."""
