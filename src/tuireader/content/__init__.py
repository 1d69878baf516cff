"""From HTML to readable text. Pure, no I/O."""
