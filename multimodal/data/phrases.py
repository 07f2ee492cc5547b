# ruff: noqa: E501 (tables)
"""The words that captions are built from, in the 12 languages of the CLDR names."""

from __future__ import annotations

import re

BETWEEN_WORDS = re.compile(r"[\s_,.;:!?\"'“”‘’«»()（）\[\]|，。、；：！？/]+")
FIRST_CJK = "\u2e80"  # scripts from here on have no blanks between words, or particles that stick to them
LANGUAGES = ("en", "zh", "es", "fr", "de", "it", "pt", "ru", "ja", "ko", "ar", "hi")
ARTICLE = re.compile(  # of the languages that have them
    r"^(?:(?:an?|the|ein(?:e[mnrs]?)?|der|die|das|de[mns]|une?|les?|la|el|los|las|unos|unas|una|il|lo|gli|dei|degli|delle|"
    r"ums?|umas?|os?|as|des|du) |l[’'])",
    re.IGNORECASE,
)
STYLES = ("3d", "color", "flat", "line", "noto", "twemoji")

COLORS: dict[str, tuple[str, ...]] = {  # one word per language, in the order of LANGUAGES
    "red": ("red", "红色", "rojo", "rouge", "rot", "rosso", "vermelho", "красный", "赤い", "빨간", "أحمر", "लाल"),
    "orange": ("orange", "橙色", "naranja", "orange", "orange", "arancione", "laranja", "оранжевый", "オレンジ色の", "주황색", "برتقالي", "नारंगी"),
    "yellow": ("yellow", "黄色", "amarillo", "jaune", "gelb", "giallo", "amarelo", "жёлтый", "黄色い", "노란", "أصفر", "पीला"),
    "green": ("green", "绿色", "verde", "vert", "grün", "verde", "verde", "зелёный", "緑の", "초록색", "أخضر", "हरा"),
    "blue": ("blue", "蓝色", "azul", "bleu", "blau", "blu", "azul", "синий", "青い", "파란", "أزرق", "नीला"),
    "purple": ("purple", "紫色", "morado", "violet", "lila", "viola", "roxo", "фиолетовый", "紫の", "보라색", "بنفسجي", "बैंगनी"),
    "pink": ("pink", "粉色", "rosa", "rose", "rosa", "rosa", "rosa", "розовый", "ピンクの", "분홍색", "وردي", "गुलाबी"),
    "brown": ("brown", "棕色", "marrón", "marron", "braun", "marrone", "marrom", "коричневый", "茶色の", "갈색", "بني", "भूरा"),
    "black": ("black", "黑色", "negro", "noir", "schwarz", "nero", "preto", "чёрный", "黒い", "검은", "أسود", "काला"),
    "white": ("white", "白色", "blanco", "blanc", "weiß", "bianco", "branco", "белый", "白い", "흰", "أبيض", "सफेद"),
    "gray": ("gray", "灰色", "gris", "gris", "grau", "grigio", "cinza", "серый", "灰色の", "회색", "رمادي", "स्लेटी"),
}  # fmt: skip

COLOR_WORDS = {word.casefold() for words in COLORS.values() for word in words}

NUMBERS: dict[int, tuple[str, ...]] = {
    2: ("two", "两", "dos", "deux", "zwei", "due", "dois", "два", "二", "두", "اثنان", "दो"),
    3: ("three", "三", "tres", "trois", "drei", "tre", "três", "три", "三", "세", "ثلاثة", "तीन"),
    4: ("four", "四", "cuatro", "quatre", "vier", "quattro", "quatro", "четыре", "四", "네", "أربعة", "चार"),
    5: ("five", "五", "cinco", "cinq", "fünf", "cinque", "cinco", "пять", "五", "다섯", "خمسة", "पांच"),
}  # fmt: skip

IRREGULAR = {  # English plurals
    "children": "child", "feet": "foot", "geese": "goose", "men": "man", "mice": "mouse", "oxen": "ox", "teeth": "tooth",
    "women": "woman", "elves": "elf", "knives": "knife", "leaves": "leaf", "wolves": "wolf",
}  # fmt: skip

PATTERNS: dict[str, tuple[str, ...]] = {
    "and": (
        "{a} and {b}", "{a}和{b}", "{a} y {b}", "{a} et {b}", "{a} und {b}", "{a} e {b}", "{a} e {b}", "{a} и {b}",
        "{a}と{b}", "{a}와 {b}", "{a} و{b}", "{a} और {b}",
    ),
    "left": (
        "{a} to the left of {b}", "{a}在{b}的左边", "{a} a la izquierda de {b}", "{a} à gauche de {b}", "{a} links von {b}",
        "{a} a sinistra di {b}", "{a} à esquerda de {b}", "{a} слева от {b}", "{b}の左に{a}", "{b} 왼쪽에 {a}",
        "{a} على يسار {b}", "{b} के बाईं ओर {a}",
    ),
    "right": (
        "{a} to the right of {b}", "{a}在{b}的右边", "{a} a la derecha de {b}", "{a} à droite de {b}", "{a} rechts von {b}",
        "{a} a destra di {b}", "{a} à direita de {b}", "{a} справа от {b}", "{b}の右に{a}", "{b} 오른쪽에 {a}",
        "{a} على يمين {b}", "{b} के दाईं ओर {a}",
    ),
    "above": (
        "{a} above {b}", "{a}在{b}的上面", "{a} encima de {b}", "{a} au-dessus de {b}", "{a} über {b}", "{a} sopra {b}",
        "{a} acima de {b}", "{a} над {b}", "{b}の上に{a}", "{b} 위에 {a}", "{a} فوق {b}", "{b} के ऊपर {a}",
    ),
    "below": (
        "{a} below {b}", "{a}在{b}的下面", "{a} debajo de {b}", "{a} sous {b}", "{a} unter {b}", "{a} sotto {b}",
        "{a} abaixo de {b}", "{a} под {b}", "{b}の下に{a}", "{b} 아래에 {a}", "{a} تحت {b}", "{b} के नीचे {a}",
    ),
    "count": (
        "{n} {a}", "{n}个{a}", "{n} {a}", "{n} {a}", "{n} {a}", "{n} {a}", "{n} {a}", "{n} {a}", "{a}{n}つ", "{a} {n} 개",
        "{n} {a}", "{n} {a}",
    ),
    "colored": (
        "{color} {a}", "{color}的{a}", "{a} {color}", "{a} {color}", "{a}, {color}", "{a} {color}", "{a} {color}",
        "{a}, {color}", "{color}{a}", "{color} {a}", "{a} {color}", "{color} {a}",
    ),
    "big_small": (
        "a big {a} and a small {b}", "大的{a}和小的{b}", "{a} grande y {b} pequeño", "grand {a} et petit {b}",
        "{a}, groß, und {b}, klein", "{a} grande e {b} piccolo", "{a} grande e {b} pequeno", "большой {a} и маленький {b}",
        "大きな{a}と小さな{b}", "큰 {a}와 작은 {b}", "{a} كبير و{b} صغير", "बड़ा {a} और छोटा {b}",
    ),
    "disc": (
        "{a} on a {color} circle", "{a}在{color}圆上", "{a} sobre un círculo {color}", "{a} sur un cercle {color}",
        "{a} auf einem Kreis, {color}", "{a} su un cerchio {color}", "{a} sobre um círculo {color}", "{a} на круге, {color}",
        "{color}円の上の{a}", "{color} 원 위의 {a}", "{a} على دائرة {color}", "{color} गोले पर {a}",
    ),
    "square": (
        "{a} on a {color} square", "{a}在{color}方块上", "{a} sobre un cuadrado {color}", "{a} sur un carré {color}",
        "{a} auf einem Quadrat, {color}", "{a} su un quadrato {color}", "{a} sobre um quadrado {color}",
        "{a} на квадрате, {color}", "{color}四角の上の{a}", "{color} 사각형 위의 {a}", "{a} على مربع {color}",
        "{color} वर्ग पर {a}",
    ),
}  # fmt: skip


def phrase(table: dict, key: str | int, language: str) -> str:
    """The entry of COLORS, NUMBERS or PATTERNS in a language."""
    return table[key][LANGUAGES.index(language)]


def singulars(noun: str) -> list[str]:
    """What a plural may be the plural of, itself the last: in English, and where an s makes plurals in other languages."""
    irregular = IRREGULAR.get(noun.casefold())
    endings = (
        ("men$", "man"),
        ("ies$", "y"),
        ("ves$", "f"),
        ("ves$", "fe"),
        ("(?:(?<=[dhjlnorxz])|(?<=ss))es$", ""),  # not orang-es
        ("s$", ""),
        ("(?<=[^s]s)es$", ""),  # vases first, then buses
    )
    regular = [re.sub(plural, one, noun, flags=re.I) for plural, one in endings if re.search(plural, noun, re.I)]
    return [*([irregular] if irregular else regular), noun]


def words_of(text: str) -> list[str]:
    """The words of a text, in small letters, without what stands between them."""
    return [word for word in BETWEEN_WORDS.split(text.casefold()) if word]
