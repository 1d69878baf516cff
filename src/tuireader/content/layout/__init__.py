"""From blocks to the lines of a page: plain data, without any terminal. Pure."""
