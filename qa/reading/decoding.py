"""Bytes into text: the encoding is found, never guessed past a doubt, and damage is refused aloud."""

from __future__ import annotations

import re

from qa.errors import ReadingError

DAMAGE = "\ufffd"
_SIGNATURES = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_BINARY_MAGIC = {
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a zip archive (DOCX?)",
    b"\xd0\xcf\x11\xe0": "an old Office file (.doc)",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\x7fELF": "a program",
    b"{\\rtf": "an RTF document",
}
_PLAUSIBLE = 0.15
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f\x80-\x84\x86-\x9f]")
# Zero-width characters, direction marks and the soft hyphen: invisible, and they would part words that match.
_INVISIBLE = re.compile(
    "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x1c-\x1e\x85\u2028\u2029]")
# A wrong code page decodes without error into characters that are hardly ever used.
_COMMON_HAN = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严"
)


def decode(data: bytes, name: str) -> str:
    """The text of `data`: UTF-8, UTF-16, GB18030 or Big5.

    Raises ReadingError when it is binary or its encoding cannot be told.
    """
    for magic, kind in _BINARY_MAGIC.items():
        if data.startswith(magic):
            raise ReadingError(
                f"{name}: this is {kind}, not text; give it its own suffix or save it as UTF-8 text"
            )
    for signature, encoding in _SIGNATURES:
        if data.startswith(signature):
            return _strictly(data[len(signature) :], encoding, name)
    if b"\x00" in data:
        return _utf16_without_signature(data, name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        broken_utf8 = error
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_isolation=["gb18030", "big5"]).best()
    if best is not None:
        text = data.decode(best.encoding)
        if plausibility(text) >= _PLAUSIBLE:
            return text
    raise ReadingError(
        f"{name}: not valid UTF-8 (byte {broken_utf8.start + 1:,}) and neither GB18030, Big5 nor UTF-16; "
        "save it as UTF-8"
    )


def plausibility(text: str) -> float:
    """Share of the non-ASCII characters that are among the 500 most used Han characters, or punctuation."""
    foreign = [character for character in text if character > "\x7f" and not character.isspace()]
    if not foreign:
        return 1.0
    good = sum(character in _COMMON_HAN or character in "，。、；：“”（）《》！？—…" for character in foreign)
    private = sum("\ue000" <= character <= "\uf8ff" or character == DAMAGE for character in foreign)
    return (good - 5 * private) / len(foreign)


def clean(text: str, name: str) -> str:
    """`text` with line ends as one newline, invisible characters dropped and tabs kept.

    Offsets are counted in what this returns. Raises ReadingError for control characters in number (a
    binary file), for U+FFFD (text damaged before it came here) and for lone surrogates.
    """
    if DAMAGE in text:
        raise ReadingError(
            f"{name}: the text is damaged (U+FFFD at character {text.index(DAMAGE) + 1:,}); export it again"
        )
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ReadingError(
            f"{name}: half a character (lone surrogate) at character {error.start + 1:,}; export it again"
        ) from None
    controls = len(_CONTROL.findall(text))
    if controls > max(16, len(text) // 200):
        raise ReadingError(
            f"{name}: looks like a binary file, not text; give it its own suffix or leave it out"
        )
    text = _LINE_ENDS.sub("\n", text)
    return _INVISIBLE.sub("", _CONTROL.sub(" ", text) if controls else text)


def _strictly(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ReadingError(
            f"{name}: marked as {encoding} but broken at byte {error.start + 1:,}; save it as UTF-8"
        ) from None


def _utf16_without_signature(data: bytes, name: str) -> str:
    best: tuple[float, str] | None = None
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            continue
        ascii_share = sum(character < "\x7f" for character in text) / max(1, len(text))
        share = max(plausibility(text) if ascii_share < 0.9 else ascii_share, 0.0)
        if share >= _PLAUSIBLE and (best is None or share > best[0]):
            best = (share, text)
    if best is None:
        raise ReadingError(
            f"{name}: a binary file (zero bytes, not UTF-16); leave it out or save it as UTF-8 text"
        )
    return best[1]
