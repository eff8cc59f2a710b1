"""Where generated static files stand: a cache folder of this user, made anew when it is lost."""

import os
import tempfile
from pathlib import Path

from waypost import __version__


def generated_folder() -> Path:
    """Return the folder of generated static files, made if need be."""
    named = os.environ.get("WAYPOST_ASSETS_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or _home_cache()
    places = [Path(named)] if named else [Path(home) / "waypost" / f"assets-{__version__}"] if home else []
    for folder in (*places, Path(tempfile.gettempdir()) / f"waypost-assets-{os.getuid()}-{__version__}"):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        return folder
    raise FileNotFoundError(
        f"No folder for generated files can be made; name one in WAYPOST_ASSETS_DIR ({home})."
    )


def _home_cache() -> str:
    try:
        return str(Path.home() / ".cache")
    except RuntimeError:  # a uid without a name has no home
        return ""
