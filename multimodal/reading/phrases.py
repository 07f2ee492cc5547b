# ruff: noqa: E501 (tables)
"""The words by which prompts are read, besides names: requests, what is said around a thing, how things and people look."""

from __future__ import annotations

import re
from collections.abc import Iterable

GREETING = re.compile(r"^(?:hi|hey|hello)(?: there)?[,!.]+ (?=.{9})", re.IGNORECASE)
REQUESTS = (  # what a prompt may begin or end with: "please draw me a cat", "нарисуй собаку", "猫を描いて"
    r"^(?:please |(?:can|could) (?:you|someone|anyone) )*(?:draw|make|create|generate|show|give|paint|design) "
    r"(?:(?:me|us) |(?=(?:an?|the|some|my|\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half) ))",  # "paint brush" is none
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
    r"afk|asap|away from keyboard|be right back|brb|deploying|do not disturb|for sale|fyi|game over|gg|help wanted|idk|imho|keep out|lgtm|lmao|no meetings?|omg|"
    r"on air|ooo|out of (?:office|order)|roflmao|ship it|sold out|tba|tbd|tldr|wet paint|wip|work in progress|wtf|you (?:lose|win)"
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
    r"(?:(?:an?|the|ein|une?|una|uma?) )?(?:[\w-]+ )?(?:sticker|emoji|emoticon|icon|picture|image|photo|drawing|illustration|"
    r"cartoon|logo|aufkleber|pegatina|icono|autocollant|icône|adesivo|icona|ícone)s? (?:of|for|von|de|di|d['’]) ?(?P<before>.+)|"
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
EVERYDAY = {  # words that everybody says, and those that names have for them
    "builder": "construction worker", "cake": "birthday cake", "capybara": "beaver", "city": "cityscape", "congratulations": "party popper", "king": "person with crown", "love": "red heart", "ocean": "water wave",
    "queen": "person with crown", "sea": "water wave", "sofa": "couch and lamp", "stop": "stop sign", "witch": "mage", "wizard": "mage",
    "dude": "man", "gentleman": "man", "guy": "man", "human": "person", "kid": "child", "ladies": "women",
    "lady": "woman", "somebody": "person", "someone": "person", "alguien": "person", "alguém": "person", "jemand": "person",
    "qualcuno": "person", "人": "person", "女性": "woman", "男性": "man", "女人": "woman", "女の人": "woman", "男人": "man", "男の人": "man", "사람": "person",
    "여자": "woman", "남자": "man",
    "smiley": "smiling face", "carinha": "smiling face", "carita": "smiling face", "faccina": "smiling face",
    "смайлик": "smiling face", "笑脸": "smiling face", "cara": "face", "faccia": "face", "gesicht": "face", "rosto": "face",
    "visage": "face", "лицо": "face", "وجه": "face", "चेहरा": "face", "表情": "face", "脸": "face", "顔": "face", "얼굴": "face",
}  # fmt: skip
EXPRESSIONS = {  # the smiley that looks like it → words for how something looks: en, es, fr, de, it, pt, ru, zh, ja, ko, ar, hi
    "smiling face with smiling eyes": (
        "happy", "smiling", "cheerful", "joyful", "kawaii", "friendly", "blushing", "shy", "feliz", "sonriente", "contento", "contenta", "heureux",
        "heureuse", "souriant", "souriante", "glücklicher", "glückliche", "glückliches", "lächelnder", "lächelnde", "lächelndes", "fröhlicher",
        "fröhliche", "fröhliches", "felice", "sorridente", "счастливый", "счастливая", "счастливое", "весёлый", "весёлая", "весёлое", "快乐的", "开心的",
        "高兴的", "微笑的", "笑顔の", "笑顔", "嬉しい", "幸せな", "笑っている", "행복한", "웃는", "سعيد", "سعيدة", "खुश", "मुस्कुराता",
    ),
    "slightly frowning face": (
        "sad", "unhappy", "gloomy", "triste", "trauriger", "traurige", "trauriges", "грустный", "грустная", "грустное", "伤心的", "难过的", "悲伤的", "悲しい",
        "슬픈", "حزين", "حزينة", "दुखी", "उदास",
    ),
    "crying face": (
        "in tears", "crying", "weeping", "tearful", "llorando", "qui pleure", "en larmes", "weinender", "weinende", "weinendes", "piangente",
        "che piange", "chorando", "плачущий", "плачущая", "плачущее", "哭泣的", "哭的", "泣いている", "泣く", "泣き顔", "우는", "يبكي", "تبكي", "रोता", "रोती", "रोता हुआ", "रोती हुई", "रो रहा", "रो रही", "cries", "плачет",
        "在哭的", "울고 있는", "che sta piangendo", "pleurant",
    ),
    "loudly crying face": ("sobbing", "bawling"),
    "angry face": (
        "angry", "mad", "furious", "grumpy", "evil", "enojado", "enojada", "enfadado", "enfadada", "en colère", "fâché", "fâchée", "wütender",
        "wütende", "wütendes", "böser", "böse", "böses", "arrabbiato", "arrabbiata", "zangado", "zangada", "злой", "злая", "злое", "生气的", "愤怒的",
        "怒った", "怒っている", "화난", "غاضب", "غاضبة", "गुस्सैल", "pissed off", "pissed", "enraged", "raging", "in a rage", "livid", "furioso", "furiosa",
        "furieux", "furieuse", "rabbioso", "raivoso", "raivosa", "сердитый", "сердитая", "сердитое", "发火的", "怒ってる", "怒る", "怒り顔", "성난", "नाराज़", "नाराज", "गुस्से वाला", "गुस्से वाली",
    ),
    "grinning face": ("grinning", "excited", "lachender", "lachende", "lachendes", "riendo", "qui rit", "ridente", "rindo", "大笑的", "笑う", "يضحك", "تضحك", "ضاحك", "ضاحكة", "हँसता", "हँसती", "हंसता", "हंसती", "हँसता हुआ", "हंसता हुआ", "हँस रहा", "हँस रही"),
    "face with tears of joy": ("lol", "rofl", "laughing", "crying laughing", "laughing crying", "crying with laughter"),
    "sleeping face": (
        "sleeping", "asleep", "durmiendo", "dormido", "dormida", "qui dort", "schlafender", "schlafende", "schlafendes", "che dorme", "dormindo",
        "спящий", "спящая", "спящее", "نائم", "نائمة", "ينام", "تنام", "सो रहा", "सो रही", "सोता", "सोती", "寝顔", "सोता हुआ", "सोती हुई", "睡着的", "睡觉的", "寝ている", "眠っている", "자는", "sleeps", "fast asleep", "snoring", "snores", "napping", "taking a nap",
        "having a nap", "dozing", "dozing off", "snoozing", "endormi", "endormie", "addormentato", "addormentata", "adormecido", "adormecida",
        "a dormir", "打瞌睡的", "打盹的", "寝てる", "居眠りする", "居眠りしている", "잠자는", "자고 있는", "졸고 있는",
    ),
    "sleepy face": (
        "眠そうな", "sleepy", "müder", "müde", "müdes", "fatigué", "fatiguée", "cansado", "cansada", "stanco", "stanca", "眠い", "졸린", "drowsy",
        "somnolent", "somnolente", "schläfriger", "schläfrige", "schläfriges", "soñoliento", "soñolienta", "con sueño", "assonnato", "assonnata",
        "com sono", "com muito sono", "sonolento", "sonolenta", "сонный", "сонная", "сонное", "困的", "眠たい", "졸려하는",
    ),
    "weary face": (
        "tired", "exhausted", "worn out", "burned out", "burnt out", "уставший", "уставшая", "уставшее", "疲惫的", "累的", "疲れた", "疲れている", "피곤한", "지친",
    ),
    "winking face": ("winking", "flirty"),
    "winking face with tongue": ("cheeky", "playful"),
    "zany face": ("silly", "goofy", "crazy", "loco", "loca", "fou", "folle", "verrückter", "verrückte", "verrücktes"),
    "smiling face with heart-eyes": (
        "heart-eyed", "innamorato", "innamorata", "apaixonado", "apaixonada", "恋爱的", "恋する", "in love", "lovestruck", "enamorado", "enamorada", "amoureux",
        "amoureuse", "verliebter", "verliebte", "verliebtes", "влюблённый", "влюблённая", "влюблённое", "恋した", "사랑에 빠진", "smitten",
    ),
    "fearful face": (
        "spaventato", "spaventata", "effrayé", "effrayée", "scared", "afraid", "frightened", "terrified", "ängstlicher", "ängstliche", "ängstliches",
        "asustado", "asustada", "assustado", "assustada", "испуганный", "испуганная", "испуганное", "害怕的", "怖がる", "怖がっている", "怯えた", "무서워하는", "겁먹은",
    ),
    "astonished face": (
        "surprised", "shocked", "amazed", "sorprendido", "sorprendida", "surpris", "überraschter", "überraschte", "überraschtes", "astonished",
        "stunned", "startled", "sorpreso", "surpreso", "étonné", "étonnée", "удивлённый", "удивлённая", "удивлённое", "удивленный", "惊讶的", "吃惊的",
        "驚いた", "驚いている", "びっくりした", "놀란",
        "screaming", "screams", "yelling", "gritando", "que grita", "qui crie", "schreiender", "schreiende", "schreiendes", "che urla", "кричащий", "кричащая",
        "尖叫的", "叫ぶ", "叫んでいる", "소리치는", "소리 지르는", "يصرخ", "تصرخ",
    ),
    "worried face": (
        "worried", "nervous", "anxious", "preocupado", "preocupada", "inquiet", "inquiète", "stressed", "stressed out", "stressed-out", "panicking",
        "panicked", "besorgter", "besorgte", "besorgtes", "nervöser", "nervöse", "nervöses", "gestresster", "gestresste", "gestresstes", "nervioso",
        "nerviosa", "nervoso", "nervosa", "stressé", "stressée", "preoccupato", "preoccupata", "担心的", "紧张的", "焦虑的", "心配している", "걱정하는", "взволнованный",
    ),
    "confused face": (
        "confused", "puzzled", "baffled", "perplexed", "clueless", "bewildered", "confundido", "confundida", "muy confundida", "muy confundido",
        "confuso", "confusa", "confus", "perplexe", "verwirrter", "verwirrte", "verwirrtes", "растерянный", "растерянная", "困惑的", "疑惑的", "困惑した",
        "戸惑う", "戸惑っている", "혼란스러운", "어리둥절한",
    ),
    "unamused face": ("bored", "annoyed", "unimpressed", "judging you", "judging everyone", "judgy", "judgmental"),
    "smirking face": ("smug", "smirking"),
    "flushed face": (
        "embarrassed", "ashamed", "avergonzado", "avergonzada", "gêné", "gênée", "verlegener", "verlegene", "verlegenes", "imbarazzato",
        "imbarazzata", "envergonhado", "envergonhada", "смущённый", "смущённая", "尴尬的", "恥ずかしい", "恥ずかしがる", "照れた", "照れている", "당황한", "부끄러운",
    ),
    "face with thermometer": ("sick", "krank", "malade", "enfermo", "enferma"),
    "face with spiral eyes": ("dizzy", "mareado", "mareada", "schwindeliger", "schwindelige", "étourdi", "étourdie", "头晕的", "目が回る", "目が回った", "어지러운"),
    "thinking face": (
        "thinking", "thoughtful", "pondering", "wondering", "daydreaming", "dreaming", "deep in thought", "lost in thought", "thinks", "pensativo",
        "pensativa", "pensando", "pensif", "qui pense", "qui réfléchit", "nachdenklicher", "nachdenkliche", "nachdenkliches", "denkender", "denkende",
        "pensieroso", "pensierosa", "che pensa", "думающий", "думающая", "задумчивый", "задумчивая", "思考的", "沉思的", "考える", "考えている", "考え中の", "悩む",
        "생각하는",
    ),
    "pensive face": ("lonely", "disappointed", "einsamer", "einsame", "einsames"),
    "cold face": (
        "freezing", "shivering", "frierender", "frierende", "frierendes", "qui a froid", "frigorifié", "con frío", "tiritando", "infreddolito",
        "infreddolita", "com frio", "замёрзший", "замёрзшая", "замерзший", "冻僵的", "发抖的", "寒がる", "寒がっている", "凍えた", "추위에 떠는",
    ),
    "grinning face with sweat": (
        "sweating", "sweaty", "schwitzender", "schwitzende", "schwitzendes", "sudando", "qui transpire", "sudato", "suando", "出汗的", "汗をかいた", "땀 흘리는",
    ),
    "neutral face": ("poker-faced", "with a poker face"),
    "yawning face": ("yawning",),
    "face blowing a kiss": ("blowing a kiss", "blowing kisses"),
    "face with tongue": ("sticking its tongue out", "sticking out its tongue", "with its tongue out"),
    "star-struck": ("starry-eyed", "starstruck", "fabulous", "dazzling", "glamorous"),
}  # fmt: skip
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
