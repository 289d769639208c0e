"""The cost of extract, side by side with other tools."""
