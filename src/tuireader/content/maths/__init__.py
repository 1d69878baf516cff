"""Formulas: TeX and MathML become a line of Unicode text. Pure."""
