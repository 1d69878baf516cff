"""Convert formulas in TeX and MathML to lines of Unicode text. Pure."""
