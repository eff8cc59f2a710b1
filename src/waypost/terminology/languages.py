"""Names of the languages that people in care speak; a code that is not here is shown as it was written."""

LANGUAGES = {  # BCP 47 primary subtags (IANA registry); names as people say them in US English
    "am": "Amharic", "ar": "Arabic", "ase": "American Sign Language", "bn": "Bengali", "bs": "Bosnian",
    "cv": "Cape Verdean", "de": "German", "en": "English", "es": "Spanish", "fa": "Farsi", "fr": "French",
    "gu": "Gujarati", "he": "Hebrew", "hi": "Hindi", "hmn": "Hmong", "ht": "Haitian Creole", "it": "Italian",
    "ja": "Japanese", "kea": "Cape Verdean Creole", "km": "Khmer", "ko": "Korean", "ku": "Kurdish", "lo": "Lao",
    "my": "Burmese", "ne": "Nepali", "nl": "Dutch", "om": "Oromo", "pa": "Punjabi", "pl": "Polish",
    "ps": "Pashto", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "rw": "Kinyarwanda", "so": "Somali",
    "sr": "Serbian", "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "ti": "Tigrinya", "tl": "Tagalog",
    "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "yi": "Yiddish", "yue": "Cantonese", "zh": "Chinese",
}  # fmt: skip


def language_name(code: str | None) -> str:
    """Return 'Spanish' for es, es-US or ES; an unknown code as it stands; '' for none."""
    if not code:
        return ""
    return LANGUAGES.get(code.lower().split("-")[0], code)
