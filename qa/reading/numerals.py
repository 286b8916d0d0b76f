"""Numbers as Word writes them before paragraphs: 一, 壹, 甲, ①, iv, b."""

from __future__ import annotations

from collections.abc import Callable

_DIGITS, _UNITS = "零一二三四五六七八九", ("", "十", "百", "千")
_LEGAL_DIGITS, _LEGAL_UNITS = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟")
_TRADITIONAL_DIGITS = "零壹貳參肆伍陸柒捌玖"
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
    (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip


def han(number: int, digits: str = _DIGITS, units: tuple[str, ...] = _UNITS) -> str:
    """A number below 10,000 in Han numerals: 12 is 十二, 105 is 一百零五."""
    if not 0 < number < 10_000:
        return str(number)
    written, zero = "", False
    for power in range(3, -1, -1):
        digit = number // 10**power % 10
        if digit:
            written += (digits[0] if zero else "") + digits[digit] + units[power]
        zero = bool(written) and not digit
    # 一十二 is read 十二.
    return written[1:] if units is _UNITS and 10 <= number < 20 else written


def roman(number: int) -> str:
    """A number below 4,000 in Roman numerals."""
    if not 0 < number < 4000:
        return str(number)
    written = ""
    for value, letters in _ROMAN:
        written += letters * (number // value)
        number %= value
    return written


def letters(number: int) -> str:
    """a to z, then aa, bb, as Word goes on."""
    if not 0 < number <= 780:
        return str(number)
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _from(first: str, last: str, number: int) -> str:
    place = ord(first) + number - 1
    return chr(place) if number > 0 and place <= ord(last) else str(number)


def _cycle(characters: str, number: int) -> str:
    return characters[number - 1] if 0 < number <= len(characters) else str(number)


def _digit_by_digit(number: int) -> str:
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))


_WRITERS: dict[str, Callable[[int], str]] = {
    "none": lambda number: "",
    "decimalZero": lambda number: f"{number:02d}",
    "decimalFullWidth": lambda number: "".join(chr(ord("０") + int(digit)) for digit in str(number)),
    "upperRoman": roman,
    "lowerRoman": lambda number: roman(number).lower(),
    "upperLetter": lambda number: letters(number).upper(),
    "lowerLetter": letters,
    "chineseCounting": han,
    "ideographDigital": _digit_by_digit,
    "chineseLegalSimplified": lambda number: han(number, _LEGAL_DIGITS, _LEGAL_UNITS),
    "ideographLegalTraditional": lambda number: han(number, _TRADITIONAL_DIGITS, _LEGAL_UNITS),
    "ideographTraditional": lambda number: _cycle(_STEMS, number),
    "ideographZodiac": lambda number: _cycle(_BRANCHES, number),
    "decimalEnclosedCircle": lambda number: _from("①", "⑳", number),
    "decimalEnclosedParen": lambda number: _from("⑴", "⒇", number),
    "decimalEnclosedFullstop": lambda number: _from("⒈", "⒛", number),
    "ideographEnclosedCircle": lambda number: _from("㊀", "㊉", number),
}
_WRITERS |= {
    "decimalFullWidth2": _WRITERS["decimalFullWidth"],
    "decimalEnclosedCircleChinese": _WRITERS["decimalEnclosedCircle"],
    "chineseCountingThousand": han,
    "taiwaneseCounting": han,
    "taiwaneseCountingThousand": han,
    "taiwaneseDigital": _digit_by_digit,
    "japaneseCounting": han,
    "japaneseDigitalTenThousand": _digit_by_digit,
}


def numeral(number: int, written: str) -> str:
    """`number` in one of Word's number formats, in Arabic figures for those not known here."""
    return _WRITERS.get(written, str)(number)
