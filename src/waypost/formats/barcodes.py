"""Code 128 (ISO/IEC 15417): text as widths of bars and gaps, which any page can draw."""

_PATTERNS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 123122 123221"
    " 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321"
    " 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131"
    " 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114"
    " 122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141"
    " 214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"
).split()
_START_B, _START_C, _STOP = 104, 105, 106
_CHECK = 103  # the modulus of the check character
QUIET_MODULES = 10  # the blank that a scanner needs on either side


def code128(text: str) -> tuple[int, ...]:
    """Return the widths in modules, bar first, bars and gaps in turn. An even number of digits takes half the room.

    Raises ValueError where a character has no place in the code (printable ASCII has).

    >>> sum(code128("004182"))
    68
    """
    if not text or not all(" " <= one <= "~" for one in text):
        raise ValueError("Code 128 holds printable ASCII, and at least one character of it.")
    if text.isdecimal() and len(text) % 2 == 0:
        values = [_START_C, *(int(text[n : n + 2]) for n in range(0, len(text), 2))]
    else:
        values = [_START_B, *(ord(one) - 32 for one in text)]
    check = (values[0] + sum(place * value for place, value in enumerate(values[1:], 1))) % _CHECK
    return tuple(int(width) for value in (*values, check, _STOP) for width in _PATTERNS[value])
