# ruff: noqa: E501 (tables)
"""What a text says that a figure wears, holds, sits on or is in: "a cat in a red hat", "un chat avec un ballon"."""

from __future__ import annotations

import re
from typing import NamedTuple

from multimodal.data.phrases import ARTICLE, FIRST_CJK
from multimodal.reading.wordings import looks_foreign

JOINTS = {  # what stands between a figure and a thing, where the figure comes first: in English; in es, fr, de, it, pt, ru, ar
    "wears": (
        r"wearing|wears|dressed (?:up )?in",
        r"llevando|vistiendo|que lleva|portant|qui porte|indossando|che indossa|vestindo|usando|que usa|носит|trägt|يرتدي|ترتدي|يلبس|تلبس|لابسة?|"
        r"de(?= (?:boné|cachecol|capacete|chapéu|coroa|gorro|gravata|óculos)\b)",
    ),
    "before": (
        r"(?:(?:\w+(?:ing|ed)|sits|stands|lies) (?:\w+ly )?)?in front of|(?:standing|sitting|posing|stands|sits) (?:\w+ly )?before",
        r"delante del?|enfrente del?|frente al?|(?:assise? )?devant|(?:steht |sitzt )?vor|davanti a(?:l|lla|llo)?|em frente (?:a|à|ao)|na frente d[aeo]|diante d[aeo]|перед|أمام",
    ),
    "behind": (
        r"(?:(?:\w+(?:ing|ed)|sits|stands|lies|hidden|peeks|hides) (?:out )?)?(?:from )?behind",
        r"detrás del?|(?:cachée? )?derrière|(?:versteckt sich |steht |sitzt )?hinter|(?:прячется|спрятался|спряталась|стоит|сидит|выглядывает) (?:за|из-за)|dietro(?: a(?:l|lla|llo)?)?|atrás d[aeo]|позади|خلف|وراء",
    ),
    "holds": (
        r"(?:hold|carry|eat|drink|sipp?|lick|bit|chew|enjoy|serv|cook|mak|bak|read|writ|us|hugg|kiss|kick|steal|grabb|snatch|nibbl|munch|slurp|knitt|throw|catch|toss|lift|push|"
        r"pull|wav|giv|bring|answer|check|watch|water|deliver|sell|blow|smell|wield|swing|shak|juggl|bounc|dribbl|pick|plant|rais|chas|roast|knock|grill|barbecu|stirr|brew|hoard|brush|poop|fart|puk|spitt|vomit)ing(?: on| up| from| over)?|(?:look|star|point|bark|yell|shout|scream|laugh|growl|hiss|sniff)ing at|"
        r"playing(?: with| on)?|typing on|holds|carries|eats|drinks|reads|plays|(?:(?:work|cod|sitt)ing )?(?:at|on)(?= \w+ (?:computer|laptop|pc)\b)",
        r"sosteniendo|comiendo|bebiendo|tomando(?! (?:banho|el sol|sol)\b)|tocando|leyendo|abrazando|jugando (?:al?|con)|jogando|jouant (?:au|à la|aux|avec)|giocando (?:a|con)|играющ(?:ий|ая) в|играет в|que (?:come|bebe|tiene|toca|lee|abraza|segura)|"
        r"tenant|mangeant|buvant|lisant|jouant (?:de la|du|de)|qui (?:tient|mange|boit|lit|joue (?:de la|du|de))|"
        r"mangiando|bevendo|leggendo|suonando|che (?:tiene|mangia|beve|suona|legge|abbraccia|fa|prepara|cucina)|segurando|comendo|bebendo|lendo|abraçando|"
        r"am(?= (?:computer|laptop|pc)\b)|liest|trinkt|isst|hält|spielt|держит|ест|пьёт|пьет|читает|играет на|играющ(?:ий|ая) на|يحمل|تحمل|يأكل|تأكل|يشرب|تشرب",
    ),
    "on": (
        r"(?:(?:\w+ing|sits|stands|lies|sleeps|perched|seated|stuck|asleep) )?(?:on top of|on(?! the (?:left|right))|onto|upon)",
        r"sobre|encima de|(?:assise? |monté )?sur|auf|su|sul|sulla|sopra|em cima de|на|على|(?:à|de|em)(?= (?:bicicleta|bicyclette|moto|skate|vélo)\b)",
    ),
    "rides": (
        r"(?:riding|rides)(?: on)?|surfing(?: on)?",
        r"(?:qui fait|faisant) du(?= (?:cheval|moto|ski|skate(?:board)?|snowboard|vélo)\b)|montando(?: en)?|chevauchant|montado em|cavalcando",
    ),
    "in": (
        r"(?:(?:\w+ing|sits|sleeps|asleep|hidden|seated|stuck|trapped) )?(?:inside of|inside|in)",
        r"dentro de|en|dans|im|dentro|em|na|num|numa|nel|nella|в|في",
    ),
    "drives": (
        r"driving|drives|piloting|flying|steering",
        r"conduciendo|conduisant|guidando|dirigindo",
    ),
    "has": (
        r"(?<!together )with|w/|w|has|having",
        r"con|avec|mit|com|с|со|مع",
    ),
}
AFTERWARDS = {  # the same where the thing comes first, or a word follows: zh, ja, ko, hi, de
    "wears": (
        "戴着{b}的{a}", "戴{b}的{a}", "{a}戴着{b}", "{a}戴{b}", "穿着{b}的{a}", "穿{b}的{a}", "{a}穿着{b}", "{a}穿{b}", "{b}をかぶった{a}", "{b}をかぶっている{a}",
        "{b}をかけた{a}", "{b}を着た{a}", "{b}をつけた{a}", "{b}を背負った{a}", "{b}を背負っている{a}", "{b}をしょった{a}", "{b}を履いた{a}", "背着{b}的{a}", "{b}을 멘 {a}", "{b}를 멘 {a}", "{b}を 쓴 {a}", "{b}를 쓴 {a}", "{b}을 쓴 {a}", "{b} 쓴 {a}", "{b}을 낀 {a}", "{b} 낀 {a}", "{b}을 신은 {a}", "{b} 입은 {a}", "{b}를 입은 {a}", "{b}을 입은 {a}",
        "{b} पहने हुए {a}", "{b} पहने {a}", "{b} पहनी हुई {a}", *(f"{{a}}, {who} {{b}} trägt" for who in ("der", "die", "das")),
    ),
    "holds": (
        *(f"{does}{{b}}的{{a}}" for does in ("拿着", "吃着", "吃", "喝着", "喝", "抱着", "弹着", "弹", "举着", "看", "读", "玩", "敲")),
        *(f"{{a}}{does}{{b}}" for does in ("拿着", "在吃", "吃", "在喝", "喝", "抱着", "在弹", "举着", "在玩", "玩", "在敲", "敲")),
        *(f"{{a}}が{{b}}を{does}" for does in ("食べる", "食べている", "食べてる", "飲む", "飲んでいる", "飲んでる", "持つ", "持っている", "読む", "読んでいる", "抱く", "抱いている", "弾く", "弾いている")),
        *(f"{{a}}{who} {{b}}{to} {does}" for who in ("가", "이") for to in ("를", "을") for does in ("먹는다", "먹어요", "먹고 있다", "마신다", "마셔요", "읽는다", "읽어요", "들고 있다", "안고 있다")),
        *(f"{{b}}を{does}{{a}}" for does in ("持った", "持っている", "持ってる", "持つ", "食べる", "食べている", "食べてる", "飲む", "飲んでいる", "飲んでる", "さす", "さした", "弾く", "弾いている", "読む", "読んでいる", "抱く", "抱いた", "抱えた")),
        *(f"{{b}}{to} {does} 있는 {{a}}" for to in ("를", "을", "") for does in ("들고", "안고", "먹고", "마시고", "읽고")),
        *(f"{{b}}{to} {does} {{a}}" for to in ("를", "을", "") for does in ("든", "먹는", "마시는", "읽는", "안은", "치는", "연주하는")),
        *(f"{{a}} {{b}} {does} {more}" for does in ("पीता", "पीती", "खाता", "खाती", "पढ़ता", "पढ़ती", "पकड़े", "लिए") for more in ("हुआ", "हुई", "हुए")),
        *(f"{{b}} {does}{more} {{a}}" for does in ("पीता", "पीती", "खाता", "खाती", "पढ़ता", "पढ़ती", "पकड़े") for more in (" हुआ", " हुई", " हुए", "")),
        "{b} लिए {a}", "{b} के साथ {a}", "{a} {b} के साथ",
        *(f"{{a}}, {who} {{b}} {does}" for who in ("der", "die", "das") for does in ("hält", "isst", "liest", "spielt", "trinkt")),
    ),
    "rides": ("骑着{b}的{a}", "骑{b}的{a}", "{a}骑着{b}", "{a}骑{b}", "{b}に乗った{a}", "{b}に乗っている{a}", "{b}に乗る{a}", "{b}를 탄 {a}", "{b}을 탄 {a}", "{b} 탄 {a}", "{b}를 타는 {a}", "{b}을 타는 {a}", "{b} 타는 {a}", "{b} पर बैठा {a}"),
    "on": ("{b} पर {a}", "坐在{b}上的{a}", "{b}に座っている{a}", "{b}に座る{a}", "{b}에 앉은 {a}", "{b}에 앉아 있는 {a}"),
    "before": (*(f"{does}{{b}}{where}的{{a}}" for does in ("站在", "坐在", "在", "") for where in ("前面", "前")), "{a}在{b}前面", "{b}の前の{a}", "{b}の前に立っている{a}",
        "{b}の前に座っている{a}", "{b}の前にいる{a}", "{b} 앞의 {a}", "{b} 앞에 있는 {a}", "{b} 앞에 서 있는 {a}", "{b} 앞에 앉은 {a}", "{b} के सामने एक {a}", "{b} के सामने {a}", "in front of {b}, {a}",
        "in front of {b} there is {a}"),
    "behind": (*(f"{does}{{b}}{where}的{{a}}" for does in ("藏在", "躲在", "站在", "在", "") for where in ("后面", "后")), "{b}の後ろの{a}", "{b}の後ろに隠れている{a}",
        "{b}の後ろに隠れた{a}", "{b}の後ろにいる{a}", "{b}の陰からのぞいている{a}", "{b} 뒤의 {a}", "{b} 뒤에 있는 {a}", "{b} 뒤에 숨은 {a}", "{b} 뒤에 숨어 있는 {a}", "{b} के पीछे छिपा {a}",
        "{b} के पीछे {a}", "behind {b}, {a}", "behind {b} there is {a}", *(f"{{a}}, {who} sich hinter {{b}} versteckt" for who in ("der", "die", "das"))),
    "in": ("{b}里的{a}", "坐在{b}里的{a}", "{b}の中の{a}", "{b}に入った{a}", "{b} 안의 {a}", "{b} में {a}"),
}  # fmt: skip
WORN = {  # where on a figure things are that are worn, by their English names
    name: place
    for place, names in {
        "head": "billed cap, crown, graduation cap, military helmet, rescue worker’s helmet, ribbon, top hat, woman’s hat",
        "eyes": "diving mask, glasses, goggles, sunglasses",
        "ears": "headphone",
        "neck": "prayer beads, scarf",
        "chest": "1st place medal, 2nd place medal, 3rd place medal, military medal, reminder ribbon, rosette, sports medal, stethoscope",
        "body": (
            "bikini, briefs, coat, dress, jeans, kimono, lab coat, martial arts uniform, necktie, one-piece swimsuit, running shirt, "
            "safety vest, sari, shorts, t-shirt, woman’s clothes"
        ),
        "feet": (
            "ballet shoes, flat shoe, high-heeled shoe, hiking boot, ice skate, man’s shoe, roller skate, running shoe, socks, "
            "thong sandal, woman’s boot, woman’s sandal"
        ),
        "hand": "backpack, boxing glove, gloves",
        "overhead": "umbrella, umbrella with rain drops",
    }.items()
    for name in names.split(", ")
}
PLACE_OF_KIND = {  # of what is not worn
    "wears": "hand", "holds": "hand", "has": "hand", "is": "hand", "on": "under", "rides": "under", "in": "around", "drives": "around",
    "before": "background", "behind": "foreground",
}  # fmt: skip
RIDDEN = {"airplane", "bicycle", "motorcycle", "rocket", "skateboard", "skis", "sled"}  # by who is in a role
WITH_ROOM = {"airplane", "rocket"}  # for who is in it
OF_BODIES = r"antennae?|arms?|beak|beard|ears?|eyes?|face|fangs?|feet|foot|fur|hair|hands?|head|hooves|legs?|lips|mane|mouth|mustache|nose|paws?|skin|smile|spots|stripes|tail|teeth|tongue|wings?"
OF_BODY = re.compile(rf"(?:[\w-]+ )*(?:{OF_BODIES})", re.IGNORECASE)
OWN_PARTS = re.compile(  # of a figure, which it has anyway, or none of them as an emoji shows it
    rf"(?:[\w-]+ )*(?:{OF_BODIES}|bun|candles?|cherry|chimney|frosting|glaze|horns?|icing|jewels?|leaves|lights?|rings?|sails?|shell|sprinkles|tooth|wheels?)|"
    r"(?:an? )?(?:face |medical |surgical )?mask",
    re.IGNORECASE,
)
HEADWEAR = re.compile(  # "a cowboy hat" is a hat, as there is no other; mages have their pointed ones
    r"(?!.*point)(?:.* )?(?P<plain>(?:hat|cap|helmet)s?)", re.IGNORECASE
)
SANTAS = re.compile(r"\b(?:santa|christmas|xmas)", re.IGNORECASE)  # whose hats are red
WITH_ARTICLE = {  # joints that are one word with the article that follows
    "am": "dem ", "im": "dem ", "na": "a ", "nel": "il ", "nella": "la ", "num": "um ", "numa": "uma ", "sul": "il ", "sulla": "la ",
}  # fmt: skip
HUT = re.compile(r"\bHut\b")  # a hat in German, a hut in English
WHERE_WORN = re.compile(  # what says no more than what is worn or held: "a hat on", "a bone in its mouth"
    r" (?:on|in|around|over|under|at|by)(?: (?:its|his|her|their|the|my|your))? (?:(?:\w+ )?(?:head|face|eyes?|nose|neck|ears?|feet|foot|mouth|hands?|paws?|beak|"
    r"trunk|arms?|back|claws?|wings?|tentacles?))(?= |$)| on$| (?:on|over) (?:it|them)$| puest[oa]s?$",
    re.IGNORECASE,
)
ON_HEAD = re.compile(r" on (?:its|his|her|their|the|my|your) head\b", re.IGNORECASE)
IS = re.compile(
    r",? (?:(?:that|who|which) )?(?:is|are|was)$|,? (?:(?:and|but)(?: also)?|while|that|who|which)$| (?:lol|pls|please)$|,$",
    re.IGNORECASE,
)
ON_IT = re.compile(r" (?:in|at|on) (?:(?:the|its) (?:middle|cent(?:er|re)|front)(?: of it)?|it)$", re.IGNORECASE)
DOING = re.compile(  # what a figure does besides
    r"(?<=\w{2}) (?:(?:and )?(?!earring)\w+(?:ing|ndo)\b|like (?:an?|the) ).*", re.IGNORECASE
)
BESIDES = re.compile(  # what is said of a thing besides: "pizza out of the trash", "чай из самовара"
    r" (?:off|out of|from|during|after|for|at|by|past|through|while|because|instead of|(?:walk|run|jump|go|look|sit|stand)s|из|у|за|из-за|für|aus|pour|para|per) .*",
    re.IGNORECASE,
)
POSSESSIVE = re.compile(r"^(?:its|his|her|their|my|your|some|su|son|sa|seine[mnr]?|ihre[mnr]?) ", re.IGNORECASE)
SCENERY = re.compile(  # where something is, or when
    r"(?:an?|the) (?:[\w-]+ )*(?:air|background|beginning|city|classroom|corner|countryside|dark(?:ness)?|day|desert|distance|evening|farm|field|garden|meadow|backyard|fog|forest|grass|"
    r"ground|gym|hills?|jungle|lake|left|middle|mission|mist|mood|moonlight|morning|night|ocean|office|park|pool|rain|right|river|road|room|savannah?|"
    r"sea|shade|shadows?|sky|snow|space|storm|street|summer|sun|sunshine|vacation|water|waves|wild|wind|winter|woods|world)|"
    r"(?:l[ae]|el|der|die|das|dem|il|o|a) ?(?:acqua|água|arena|bosco|bosque|campo|carretera|céu|chuva|ciel|cielo|estrada|floresta|forêt|garten|giardino|herbst|himmel|jardim|jardin|lluvia|luft|mar|mare|"
    r"meer|mer|neige|neve|nebel|nebbia|nieve|nuit|parco|park|parque|pioggia|playa|plage|pluie|praia|regen|rua|rue|route|schnee|sommer|sonne|spiaggia|strada|strand|straße|urlaub|wald|wasser|winter)|"
    r"[海雪空雨夜天森林山水川街]|(?:в |на )?(?:воде|воздухе|городе|дожде|земле|космосе|лесу|море|небе|поле|природе|пруду|пустыне|саду|снегу|тумане|улице)|"
    r"(?:ال)?(?:بحر|ثلج|جو|حديقة|سماء|شارع|صحراء|غابة|فضاء|ليل|مطر)",
    re.IGNORECASE,
)
FIRE = "fire"
BURNING = re.compile(r"fire|flames|llamas|fuego|feu|flammes|flammen|fiamme|chamas|огне", re.IGNORECASE)  # "on …"
AFLAME = [  # the same before a thing, and after it
    re.compile(
        rf"(?P<thing>(?:{ARTICLE.pattern[1:]})?)(?:(?:burning|flaming|fiery|on[- ]fire|brennende[rs]?|горящ(?:ий|ая|ее)|불타는) |着火的|燃烧的|"
        r"燃える|燃えている)"
        r"(?P<rest>.+)",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?P<thing>(?:{ARTICLE.pattern[1:]})?)(?P<rest>dumpster|trash can|garbage can|tire|house|car) fire", re.IGNORECASE
    ),
    re.compile(
        r"(?P<thing>.+?)(?P<rest>),? (?:(?:that|which|who) )?(?:(?:is|has|just|totally|completely) )*(?:burning|ablaze|aflame|(?:caught|catching|on) fire|"
        r"(?:engulfed |all )?in (?:flames|fire)|brennt|in flammen|en llamas|ardiendo|quemándose|en feu|qui brûle|in fiamme|che brucia|em chamas|"
        r"pegando fogo|горит|в огне)[ !.]*",
        re.IGNORECASE,
    ),
]
FOREIGN = "_foreign"
VAGUE = {"on", "in"}  # kinds that may say a state: "on fire", "in love"
DEFINED = re.compile(  # with an article, or many, "on skis", or in a language without articles
    rf"{ARTICLE.pattern}|s$|^(?:bed|bicycle|bike|boat|chair|couch|horse|motorbike|motorcycle|rocket|scooter|skateboard|sled|sofa|throne|tractor|unicorn)$|^[\u0400-\u04ff\u0600-\u06ff]",
    re.IGNORECASE,
)
_JOINT = re.compile(
    "|".join(
        rf"(?: (?:(?P<{kind}>{english})|(?P<{kind}{FOREIGN}>{others})) )" for kind, (english, others) in JOINTS.items()
    ),
    re.IGNORECASE,
)
ONE = re.compile("^一[只个条朵辆头匹棵位名]")
_AFTERWARDS = [
    (kind, re.compile(re.escape(text).replace(r"\{a\}", "(?P<a>.+)").replace(r"\{b\}", "(?P<b>.+)"), re.IGNORECASE))
    for kind, texts in AFTERWARDS.items()
    for text in texts
]


IMPLIED = [  # verbs that say what is held without a word for it
    (re.compile(pattern, re.IGNORECASE), f"holding {thing}")
    for pattern, thing in (
        (r"\bbrushing (?:its|his|her|their|my) teeth\b", "a toothbrush"),
        (r"(?<=\w )(?:knitting|crocheting)$", "yarn"),
    )
]


class Relation(NamedTuple):
    """What a figure has to do with a thing."""

    kind: str  # a key of PLACE_OF_KIND
    thing: str
    foreign: bool = False  # said in another language than English


def split_relations(text: str) -> tuple[str, list[Relation]]:
    """What a text is about, and all things to which it is said to have a relation; none where it says none."""
    for kind, pattern in _AFTERWARDS:
        if found := pattern.fullmatch(ONE.sub("", text)):
            return found["a"], [Relation(kind, found["b"], foreign=looks_foreign(text))]
    for pattern in AFLAME:
        if found := pattern.fullmatch(text):
            return found["thing"] + found["rest"], [Relation("on", FIRE)]
    for pattern, held in IMPLIED:
        text = pattern.sub(held, text)
    figure, relations, end, kind, word = "", [], 0, "", ""
    foreign = looks_foreign(text)
    for joint in [*_JOINT.finditer(text), None]:
        part = IS.sub("", text[end : joint.start() if joint else len(text)])
        if kind:
            part = HUT.sub("Zylinder", part) if word in ("mit", "trägt") else WITH_ARTICLE.get(word, "") + part
            relations.append(
                Relation(kind.removesuffix(FOREIGN), POSSESSIVE.sub("", part), foreign or kind.endswith(FOREIGN))
            )
        else:
            figure = part
        if joint:
            kind, word, end = str(joint.lastgroup), joint[0].strip().casefold(), joint.end()
    return figure, relations


def place_of(relation: Relation, name: str) -> str:
    """Where on a figure a thing of an English name is, a key of `equipment.PLACES`; "" where it cannot be drawn there.

    What is nothing but scenery has no place: "in the snow", "in love".
    """
    if relation.kind != "is" and (OWN_PARTS.fullmatch(relation.thing) or SCENERY.fullmatch(relation.thing)):
        return ""
    if relation.kind == "drives" and name == "kite":
        return "hand"
    if relation.kind in VAGUE and BURNING.fullmatch(relation.thing):
        return "behind"
    if name in RIDDEN and (relation.kind == "is" or (relation.kind in VAGUE and name not in WITH_ROOM)):
        return "under"
    if name in WORN and (relation.kind in ("wears", "has", "is", "in") or WORN[name] == "overhead"):
        return "neck" if re.search(r"\bbow ?tie", relation.thing, re.IGNORECASE) else WORN[name]
    vague = relation.kind in VAGUE and relation.thing < FIRST_CJK and not DEFINED.search(relation.thing)
    return "" if vague else PLACE_OF_KIND[relation.kind]
