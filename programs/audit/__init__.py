"""The audit: rules that an answer must pass, one a file, and `audit`, which holds it against all of them."""

from havoc_pipeline.programs.audit.rules import RULES, audit

__all__ = ["RULES", "audit"]
