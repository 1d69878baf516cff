"""What the parts of the screen share, each small and for itself."""
