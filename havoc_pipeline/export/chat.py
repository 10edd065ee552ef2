"""The chat template: what a HAVOC model reads when a chat is all that a program can send."""

from __future__ import annotations

CHAT_TEMPLATE = (
    "{%- set text = messages[-1]['content'] | trim -%}"
    "{%- if text.startswith('<') -%}{{ ' ' + text }}"
    "{%- else -%}{{ ' <plan> ' + (text | lower) + ' <profile> <none> <cmd>' }}"
    "{%- endif -%}"
)
"""The last message alone, since HAVOC reads one prompt and no conversation.

A message that begins with a symbol is a prompt as `havoc_pipeline.lm.reading` writes it and stays as
it is; any other is a question without a table. The blank in front belongs to the first symbol.
"""
