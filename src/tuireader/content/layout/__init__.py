"""Lay out blocks as lines of a page: plain data, independent of any terminal. Pure."""
