"""The words by which prompts are read, besides names: requests, what is said around a thing, how things and people look."""

from __future__ import annotations

import re

from multimodal.data.lexicon import load_meanings
from multimodal.data.phrases import ARTICLE
from multimodal.reading.phrasebook import any_said, said

MAYBE_ARTICLE = rf"(?:{ARTICLE.pattern[1:]})?"
GREETING = re.compile(r"^(?:hi|hey|hello)(?: there)?[,!.]+ (?=.{9})", re.IGNORECASE)
REQUEST = re.compile(  # what a prompt may begin or end with: "please draw me a cat", "нарисуй собаку", "猫を描いて"
    rf"{any_said('requests')}|,? (?:{any_said('please')})[!.?]*$|, (?:{any_said('thanks')})[!.?]*$", re.IGNORECASE
)
ONE = re.compile(  # of several things: "one cat and two dogs"
    r"(?:^(?=.* and )|(?<= and ))(?:one|1) (?!(?:after|another|at|by|for|in|more|of|on|that|to|who)\b)(?=[a-z])",
    re.IGNORECASE,
)
ON_SIGNS = (  # what signs and screens say, in words that nothing else is asked for by
    "afk|approved|asap|away from keyboard|be right back|brb|deploying|do not disturb|for sale|fyi|game over|gg|good luck|"
    "good morning|happy birthday|help wanted|idk|imho|keep out|lgtm|lmao|no meetings?|omg|on air|ooo|"
    "out of (?:office|order)|roflmao|ship it|sold out|tba|tbd|thank you|thanks|tldr|welcome(?: back| home)?|"
    "wet (?:floor|paint)|wip|work in progress|wtf|you (?:lose|win)"
)
MEDIA = any_said("media")  # of pictures that this model does not make, and manners
AROUND_THING = re.compile(  # how it is drawn, what it may be in, or how much of it there is: "a cup of coffee"
    rf"^(?:an? )?(?:{MEDIA}),? |,? (?:(?:in|en|im|als|all’|em) )?(?:{MEDIA})(?: style)?$|"
    r"^(?:(?:an?|some|the) )?(?:\w+ )?(?:cup|mug|glass|bottle|can|bowl|plate|dish|slice|piece|bit|bunch|lot|pair|pile|"
    "stack|heap)s? of ",
    re.IGNORECASE,
)
PICTURE_OF = re.compile(  # what a prompt may say around the thing itself: "a cute sticker of a cat", "cat emoji"
    r"(?:.*\b(?:sticker|emoji|picture|image|something)s?(?: \w+)?|^)(?: |^)for (?:my|our|the|an?|his|her|their) .*?"
    r"(?:[,:] |\b(?:so|maybe|perhaps|like) )(?:(?:so|maybe|perhaps|something|like) )*(?P<aside>(?:an?|the) .+)|"
    rf"(?:(?:an?|the|ein|une?|una|uma?) )?(?:[\w-]+ )?(?:{any_said('pictures')})s? (?:{any_said('of')})(?P<before>.+)|"
    r"something (?:\w+ )?(?:with|like) (?P<with>.+)|"
    r"(?P<after>.*\w) (?:sticker|emoji|emoticon|icon)s?",
    re.IGNORECASE | re.DOTALL,
)
FUNCTION_WORDS = {*said("function_words")}  # which describe nothing, and name nothing in any of the languages
EVERYDAY = load_meanings("everyday")  # words that everybody says → those that names have for them
LOOKS = {*said("looks")}  # of people; they make nobody a guard, whose bearskin is black
