"""What a text says that something looks like, as a smiley: "a sad cloud", "a taco with a happy face"."""

from __future__ import annotations

import re

from multimodal.data.lexicon import load_meanings
from multimodal.data.phrases import COLOR_WORDS
from multimodal.reading.phrasebook import any_of, any_said
from multimodal.reading.phrases import MAYBE_ARTICLE
from multimodal.reading.relations import Relation, split_relations

SMILE = "smiling face with smiling eyes"
MUSIC = "musical notes"
SMILEYS = load_meanings("expressions")  # what something looks like or does → the smiley, or what is beside who does it
SMILEYS |= {
    f"{word[:-1]}m": smiley for word, smiley in SMILEYS.items() if f"{word[:-1]}s" in SMILEYS
}  # "mit traurigem Gesicht"
SYMBOLS = {  # what comics draw beside the head of somebody who looks like a smiley
    "angry face": "anger symbol",
    "astonished face": "red exclamation mark",
    "cold face": "snowflake",
    "confused face": "red question mark",
    "crying face": "droplet",
    "face blowing a kiss": "red heart",
    "face with spiral eyes": "dizzy",
    "fearful face": "sweat droplets",
    "flushed face": "sweat droplets",
    "grinning face with sweat": "sweat droplets",
    "loudly crying face": "sweat droplets",
    "sleeping face": "ZZZ",
    "sleepy face": "ZZZ",
    "slightly frowning face": "droplet",
    "smiling face with heart-eyes": "red heart",
    "star-struck": "sparkles",
    "thinking face": "thought balloon",
    "weary face": "ZZZ",
    "worried face": "sweat droplets",
    "yawning face": "ZZZ",
    MUSIC: MUSIC,
}
CATS = {"cat", "cat face"}
OF_CATS = {  # smileys → cats who look so
    "angry face": "pouting cat",
    "astonished face": "weary cat",
    "crying face": "crying cat",
    "face blowing a kiss": "kissing cat",
    "face with tears of joy": "cat with tears of joy",
    "fearful face": "weary cat",
    "loudly crying face": "crying cat",
    "smiling face with heart-eyes": "smiling cat with heart-eyes",
    SMILE: "grinning cat with smiling eyes",
}
MIN_THING = 3  # letters of a thing where they are Latin; what is shorter is a word between others
_HOW = any_of(SMILEYS)
_BESIDES = "(?:(?:very|so|super|little|big|cute|looking) )*"
_COLORED = f"(?:(?:{'|'.join(sorted(word for word in COLOR_WORDS if word.isascii()))}) )?"
_CHINESE = "|".join(word[:-1] for word in SMILEYS if word.endswith("的"))
LOOKING = [  # how a text says what something looks like
    re.compile(
        rf"{MAYBE_ARTICLE}{_BESIDES}(?P<before>{_COLORED}){_BESIDES}(?P<how>{_HOW})(?: |(?<=[的なのいるうた]))"
        "(?P<thing>.+)",
        re.IGNORECASE,
    ),
    re.compile(rf"(?P<before>)(?P<thing>.+?)(?:正?在|很|好)(?P<how>{_CHINESE})"),
    re.compile(r"(?P<before>)(?P<thing>.+)の(?P<how>笑顔|泣き顔|怒り顔|寝顔)"),
    re.compile(
        rf"(?P<before>)(?P<thing>.+?),? (?:(?:that|who|which|but) )?(?:(?:{any_said('copulas')}) )?(?P<how>{_HOW})"
        "(?: (?:face|expression))?",
        re.IGNORECASE,
    ),
]
NO_FEELING = re.compile(rf"(?:a |an |very |merry )*(?:{any_said('no_feeling')})\b.*", re.IGNORECASE)  # "happy birthday"
UNFINISHED = re.compile(r".* (?:an?|and|at|for|from|in|of|on|or|the|to|wearing|while|with)", re.IGNORECASE)
BETWEEN = re.compile(r"(?:and|at|for|from|in|of|on|or|to|wearing|while|with)\b.*", re.IGNORECASE)  # what begins no thing
FACE = re.compile(
    rf"(?:(?:an?|its|the|une?|una?|ein|um|l[ae]|el|il|o) )?(?:big |cute |little )*(?:(?P<how>{_HOW}) )?(?:(?:smiley )?face|"
    r"(?(how)eyes|(?:cute|googly) eyes)|(?:eyes and (?:a )?)?(?:mouth|smile)|smiley|blush|"
    r"(?:blushing|pink|rosy|red) cheeks|expression|"
    rf"(?:{any_said('faces')})(?: (?P<after>{_HOW}))?)",
    re.IGNORECASE,
)
_DOING = any_of(word for word in SMILEYS if word.isascii() and re.match(r"\w+ing\b", word))
AT_END = re.compile(  # of a text that says more: "a donut with sprinkles smiling"
    rf"(?P<article>(?:an? |the )?)(?P<text>.+?),? (?P<how>{_DOING})", re.IGNORECASE
)
HEART_EYES = re.compile("hearts?[- ](?:in (?:its|the) )?eyes", re.IGNORECASE)


def split_expression(text: str) -> tuple[str, str]:
    """A thing, and the smiley that looks as a text says that it does; the text and "" where it says nothing of it."""
    for pattern in LOOKING if not NO_FEELING.fullmatch(text) else ():
        if found := pattern.fullmatch(text):
            smiley, thing = _smiley(found["how"]), found["thing"]
            whole = not BETWEEN.fullmatch(thing) and not UNFINISHED.fullmatch(thing)
            if smiley and whole and (len(thing) >= MIN_THING or not thing.isascii()):
                return found["before"] + thing, smiley
    return text, ""


def expression_first(text: str) -> str:
    """A text that ends with how something looks, and says more of it, with that before the thing; others as they are."""
    found = AT_END.fullmatch(text)
    more = found and split_relations(found["text"])[1]
    return f"{found['article']}{found['how']} {found['text']}" if found and more else text


def _smiley(how: str) -> str:
    return SMILEYS.get(how.casefold()) or SMILEYS.get(f"{how}的", "")


def expression_of(relation: Relation) -> str:
    """The smiley that looks like the face that something is said to have; "" where it is said to have none."""
    if relation.kind == "has" and HEART_EYES.fullmatch(relation.thing):
        return SMILEYS["in love"]
    found = FACE.fullmatch(relation.thing) if relation.kind in ("has", "wears") else None
    return SMILEYS.get((found["how"] or found["after"] or "").casefold(), SMILE) if found else ""
