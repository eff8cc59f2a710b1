"""Files for the browser that are made on this machine: the typeface, cut down to the letters that the desk shows.

Run as a program it makes what is missing.
"""

import importlib.util
from pathlib import Path

from waypost.config.assets import generated_folder

FACES = {"Regular": "atkinson-400.woff2", "Bold": "atkinson-700.woff2"}
# Latin with its extensions, punctuation, arrows and the few signs that the pages use.
LETTERS = "U+0020-007E,U+00A0-017F,U+0192,U+0218-021B,U+02C6-02DD,U+2010-2027,U+2030-203A,U+2044,U+20AC,U+2116,U+2122,U+2190-2193,U+2212,U+2260-2265,U+25CA"


def ensure() -> Path:
    """Make the generated files that are missing; return their folder."""
    folder = generated_folder()
    fonts = folder / "waypost" / "fonts"
    missing = [(face, fonts / name) for face, name in FACES.items() if not (fonts / name).exists()]
    if missing:
        fonts.mkdir(parents=True, exist_ok=True)
        for face, target in missing:
            _subset(_typeface(face), target)
    return folder


def _typeface(face: str) -> Path:
    spec = importlib.util.find_spec("fontpkg_atkinson_hyperlegible")
    assert spec is not None
    assert spec.origin is not None, "the typeface is one of the locked requirements"
    return Path(spec.origin).parent / "files" / f"AtkinsonHyperlegible-{face}.ttf"


def _subset(source: Path, target: Path) -> None:
    from fontTools import subset

    draft = target.with_name(f".{target.name}.draft")
    arguments = [
        str(source),
        f"--unicodes={LETTERS}",
        "--flavor=woff2",
        "--layout-features=*",
        f"--output-file={draft}",
    ]
    subset.main(arguments)
    draft.replace(target)


if __name__ == "__main__":
    ensure()
