"""The command language: grammar, parse, check against a table, execution."""
