"""What extract costs, side by side with others."""
