"""The signs that the converter leaves where marks begin and end, until `marks` puts them where they take effect."""

# Noncharacters of Unicode: never part of a text.
STRONG, STRONG_END = "\ufdd0", "\ufdd1"
EM, EM_END = "\ufdd2", "\ufdd3"
STRIKE, STRIKE_END = "\ufdd4", "\ufdd5"
CODE, CODE_END = "\ufdd6", "\ufdd7"
SUP, SUP_END = "\ufdd8", "\ufdd9"
SUB, SUB_END = "\ufdda", "\ufddb"
BREAK = "\ufddc"
NOTE, NOTE_END = "\ufddd", "\ufdde"
IMAGE = "\ufddf"
SIGNS = "".join(map(chr, range(0xFDD0, 0xFDF0)))

PAIRS = {
    **dict.fromkeys(("strong", "b"), (STRONG, STRONG_END)),
    **dict.fromkeys(("em", "i", "u", "cite", "dfn", "var"), (EM, EM_END)),
    **dict.fromkeys(("del", "s", "strike"), (STRIKE, STRIKE_END)),
    "sup": (SUP, SUP_END),
    "sub": (SUB, SUB_END),
}
"""The signs for the beginning and the end of an element."""
