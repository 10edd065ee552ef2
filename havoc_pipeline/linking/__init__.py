"""From a question to the table's columns, levels and roles, and to its own numbers and formulas."""
