# ruff: noqa: E501 (patterns)
"""The words by which prompts are read, besides names: requests, what is said around a thing, how things and people look."""

from __future__ import annotations

import re
from collections.abc import Iterable

from multimodal.data.lexicon import load_words

GREETING = re.compile(r"^(?:hi|hey|hello)(?: there)?[,!.]+ (?=.{9})", re.IGNORECASE)
REQUESTS = (  # what a prompt may begin or end with: "please draw me a cat", "нарисуй собаку", "猫を描いて"
    r"^(?:please |(?:can|could) (?:you|someone|anyone) )*(?:draw|make|create|generate|show|give|paint|design) "
    r"(?:(?:me|us) |(?=(?:an?|the|some|something|my|\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half) ))",  # "paint brush" is none
    r"^(?:please |can you |could you )*(?:i(?: want|[’']d like| would like| need)|we (?:want|need)|need(?= (?!to |for |me |you|help)))(?: something like| something with)? ",
    r"^(?:dibuja|dibújame|píntame|hazme|quiero) ",
    r"^(?:dessine|fais)(?:[ -]moi)? |^je (?:veux|voudrais) ",
    r"^(?:zeichne(?: mir| uns)?|male? (?:mir|uns)|ich (?:will|möchte)) ",  # "male" is English too, "mal" bad in French
    r"^(?:disegna|disegnami|fammi|voglio|vorrei) ",
    r"^(?:desenha|desenhe|faz|faça|quero)(?:-me)? ",
    r"^(?:нарисуйте|нарисуй|сделай|хочу)(?: мне)? |^рисунок ",
    r"^(?:ارسم|أريد)(?: لي)? |^صورة ",
    r"(?: की| का)? (?:तस्वीर|चित्र)(?: बनाओ| बनाइए)?$",
    r"(?:を描いて(?:ください|くれ)?|の(?:絵|イラスト|スタンプ))[!。]?$",
    r"[을를]? ?그려 ?(?:줘|주세요)[!.]?$",
    r"^(?:请|给我|帮我)+画(?:一?[只个条朵辆座头匹棵位])?|^画(?:我)?一?[只个条朵辆座头匹棵位]",  # "画家" is a painter
    r",? (?:please|pls|plz|por favor|porfa|s'il te plaît|stp|svp|bitte|per favore|пожалуйста)[!.?]*$",
    r",? if (?:possible|you can)[!.?]*$",
    r"(?:,? (?:(?:on|with) (?:an? )?)?(?:blank|clear|no|plain|solid|transparent|white) (?:background|bg)|"  # as all pictures have it
    r", (?:(?:and|so|super|very) )?(?:adorable|best quality|cute|detailed|digital art|emoji(?: style)?|h[dq]|high[- ](?:quality|res(?:olution)?)|kawaii|lovely|masterpiece|simple|sticker(?: style)?|vector(?: art)?|[48]k))+[!.]*$",
    r"(?<=\w{3}) on (?:a )?(?:mon|tues|wednes|thurs|fri|satur|sun)day(?: (?:morning|afternoon|evening|night))?(?: at \d.{0,6})?$",
    r", (?:(?:many |with )?thanks?(?: you| u)?|thx|ty|gracias|merci|danke|grazie|obrigad[oa]|спасибо)[!.?]*$",
)
REQUEST = re.compile("|".join(REQUESTS), re.IGNORECASE)
SAID_BEFORE = (  # what may lead to words in quotes: "a cat saying “hi”", "ein Schild mit der Aufschrift „Achtung“"
    r"(?:(?:that|which|who) )?(?:says?|saying|reads?|reading|shouts?|shouting|yells?|yelling)|(?:and |with )?(?:the )?"
    r"(?:words?|text|title|caption|label|letters|lettering|inscription)(?: on it)?|captioned|labell?ed|titled|"
    r"(?:(?:der|die|das) )?(?:sagt|ruft)|mit (?:de[rmn] )?(?:text|worte?n?|aufschrift|schriftzug)|"
    r"que (?:dice|diz|dit)|qui dit|che dice|diciendo|dizendo|disant|"
    r"con (?:el |la |las |lo )?(?:texto|palabras?|letras|frase|scritta|testo|parol[ae])|"
    r"avec (?:le |les )?(?:texte|mots?)|com (?:o |as? )?(?:texto|palavras?|frase)|"
    r"(?:который |которая )?говорит|с (?:надписью|текстом|словами)|"
    r"(?:ي|ت)قول|مكتوب علي(?:ه|ها)|(?:مع )?(?:كلمة|عبارة|نص)|写着|寫著|说着?|配文|上面写着"
)
SAID_LAST = (  # what leads to words at the end that have no quotes: "a sign that says NO"; "saying" where the text has an `article`
    r"(?:(?:that|which|who|(?:but |and )?it) (?:says?|reads?)|auf de[mr] steht|(?(article)saying|(?!))|with the (?:words?|text|caption|letters)|que (?:dice|diz)|qui dit|che dice|con scritto|con la scritta|"
    r"mit (?:der|dem) (?:aufschrift|text|schriftzug)|с (?:надписью|текстом)|上面写着|写着)"
)
ON_SIGNS = (  # what signs and screens say, in words that nothing else is asked for by
    r"afk|approved|asap|away from keyboard|be right back|brb|deploying|do not disturb|for sale|fyi|game over|gg|good luck|good morning|happy birthday|help wanted|idk|imho|keep out|lgtm|lmao|no meetings?|omg|"
    r"on air|ooo|out of (?:office|order)|roflmao|ship it|sold out|tba|tbd|thank you|thanks|tldr|welcome(?: back| home)?|wet (?:floor|paint)|wip|work in progress|wtf|you (?:lose|win)"
)
SAID_AFTER = (  # and what may follow them, where a language has it there: "「おはよう」と言う猫"
    r"\s*(?:と(?:言う|いう|言っている|書かれた|書いた|書いてある)|の文字の?|(?:이?라고) ?(?:말하는|쓰인|적힌|써진)|"
    r"(?:लिखा हुआ|लिखी हुई|कहता हुआ|कहती हुई|बोलता हुआ|बोलती हुई)|的)\s*"
)
MEDIA = (  # of pictures that this model does not make, and manners
    r"pixel[- ]?art|8-?bit|water ?colou?rs?(?: painting)?|kawaii|chibi|anime|cartoon(?:ish)?|clip ?art|vector(?: art)?|doodle|hand[- ]?drawn|"
    r"minimalist(?:ic)?|vintage|retro|aesthetic|aquarelle|acuarela|aquarell|acquerello|aquarela|акварель(?:ю)?|pixelart|像素风?|水彩(?:画|风|風)?|"
    r"ドット絵(?:の)?|수채화|픽셀 ?아트"
)
AROUND_THING = re.compile(  # how it is drawn, what it may be in, or how much of it there is: "a cup of coffee"
    rf"^(?:an? )?(?:{MEDIA}),? |,? (?:(?:in|en|im|als|all’|em) )?(?:{MEDIA})(?: style)?$|"
    r"^(?:(?:an?|some|the) )?(?:\w+ )?(?:cup|mug|glass|bottle|can|bowl|plate|dish|slice|piece|bit|bunch|lot|pair|pile|stack|heap)s? of ",
    re.IGNORECASE,
)
PICTURE_OF = re.compile(  # what a prompt may say around the thing itself: "a cute sticker of a cat", "cat emoji"
    r"(?:.*\b(?:sticker|emoji|picture|image|something)s?(?: \w+)?|^)(?: |^)for (?:my|our|the|an?|his|her|their) .*?"
    r"(?:[,:] |\b(?:so|maybe|perhaps|like) )(?:(?:so|maybe|perhaps|something|like) )*(?P<aside>(?:an?|the) .+)|"
    r"(?:(?:an?|the|ein|une?|una|uma?) )?(?:[\w-]+ )?(?:sticker|emoji|emoticon|icon|picture|image|photo|drawing|illustration|"
    r"cartoon|logo|aufkleber|pegatina|icono|autocollant|icône|adesivo|icona|ícone)s? (?:of|for|with|von|mit|de|avec|di|con|com|d['’]) ?(?P<before>.+)|"
    r"something (?:\w+ )?(?:with|like) (?P<with>.+)|"
    r"(?P<after>.*\w) (?:sticker|emoji|emoticon|icon)s?",
    re.IGNORECASE | re.DOTALL,
)
FUNCTION_WORDS = {  # which describe nothing: of English, and those of other languages that mean nothing else there
    "aus", "avec", "che", "com", "con", "dans", "das", "dem", "den", "der", "des", "ein", "eine", "einem", "einen", "einer", "est", "está",
    "les", "los", "las", "mit", "para", "pela", "por", "que", "qui", "sich", "sur", "très", "una", "und", "une", "uma", "molto", "muito", "muy", "sehr",
    "about", "after", "again", "all", "am", "any", "are", "as", "at", "away", "be", "because", "been", "being", "but", "by", "can",
    "does", "doing", "done", "every", "from", "get", "gets", "getting", "going", "had", "has", "have", "having", "he", "her",
    "hers", "him", "his", "how", "i", "if", "into", "is", "it", "its", "just", "like", "looking", "lots", "lot", "made", "making",
    "me", "my", "near", "next", "no", "not", "off", "one", "or", "other", "our", "out", "over", "own", "s", "she", "so", "some",
    "something", "than", "that", "their", "them", "there", "they", "this", "through", "too", "towards", "under", "us",
    "very", "was", "we", "wearing", "were", "what", "when", "where", "which", "while", "who", "whose", "without", "you", "your",
}  # fmt: skip
EVERYDAY = {  # words that everybody says → those that names have for them
    word: meaning for meaning, words in load_words("everyday").items() for word in words
}
LOOKS = {  # of people, which make nobody of them who has such a word among the keywords: a guard's bearskin is black
    "african", "american", "arab", "asian", "beautiful", "black", "brown", "chinese", "cute", "hot", "sexy", "european", "fat", "gorgeous", "handsome", "indian",
    "japanese", "jewish", "korean", "latina", "latino", "mexican", "muslim", "overweight", "pale", "pretty", "skinny", "slim", "tall", "thin",
    "short", "ugly", "white", "young", "younger",
    "africana", "africano", "asiatica", "asiatico", "asiática", "asiático", "asiatique", "bella", "blanc", "blanca", "blanche", "blanco",
    "branca", "branco", "china", "chino", "dicke", "dicker", "garota", "gorda", "gordo", "grasse", "gros", "grosse", "giovane", "jeune",
    "joven", "jovem", "junge", "junger", "negra", "negro", "nera", "nero", "noir", "noire", "preta", "preto", "schwarze", "schwarzer",
    "schöne", "weiße", "weißer", "азиатская", "белая", "белый", "молодая", "молодой", "толстая", "толстый", "чёрная", "чёрный",
    "年轻", "黑人", "白人", "亚洲", "漂亮", "胖", "若い", "黒人", "アジア人", "太った", "젊은", "흑인", "백인", "아시아", "뚱뚱한",
}  # fmt: skip


def any_of(words: Iterable[str]) -> str:
    """An expression for each of some words, of which the longest that fits is found."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
