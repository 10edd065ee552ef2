"""What each stage of the reasoning takes and gives."""
