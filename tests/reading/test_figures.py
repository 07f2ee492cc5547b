"""Reading figures: what has things about it, or a face; and what one name shows."""

from __future__ import annotations

import pytest
import torch

from multimodal.reading.figures import MAX_THINGS, read_figure
from multimodal.reading.names import Names
from multimodal.reading.shown import has_face, has_head, is_person, shows_all
from multimodal.reading.smileys import MUSIC, SMILE

ENGLISH = ["cat", "cat face", "man", "man biking", "bicycle", "top hat", "heart with arrow", "cheese wedge", "nerd face"]
ENGLISH += ["glasses", "red heart"]
FRENCH = ["chat", "tête de chat", "homme", "", "vélo", "", "", "fromage", "", "lunettes", ""]
NAMES = Names(
    {"en": ENGLISH, "fr": FRENCH},
    embed=lambda texts: torch.ones(len(texts), 2),
    words={"nouns": {"cat": ["kitty"]}, "others": {"cat": ["meow"]}},
    described={"en": {"man biking": ["bike", "bicycle"], "nerd face": ["glasses", "geek"]}},
)


def placed(text: str, names: Names) -> dict[str, str]:
    """A figure and the things about it, with their places."""
    return {one.thing: one.place for one in read_figure(text, names)}


@pytest.mark.parametrize(
    ("text", "is_said"),
    [("a fat cat", True), ("a kitty", True), ("a hat", True), ("a piece of cheese", True), ("un chat", True),
     ("a bike", False), ("a cat running", False), ("thing", False), ("un chat noir", True), ("", False)],
)  # fmt: skip
def test_the_last_word_says_what_a_thing_is(text: str, is_said: bool) -> None:
    assert has_head(text, NAMES) == is_said


@pytest.mark.parametrize(
    ("text", "figure", "all_of_it"),
    [
        ("a man riding a bicycle", "a man", True),
        ("a heart with an arrow", "a heart", True),
        ("a cat riding a bicycle", "a cat", False),
        ("a cat with a top hat", "a cat", False),
    ],
)
def test_one_name_may_show_all_of_a_text(text: str, figure: str, all_of_it: bool) -> None:
    assert shows_all(text, figure, NAMES) == all_of_it


def test_somebody_is_a_person() -> None:
    assert is_person("man biking")
    assert not is_person("mantelpiece clock")


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a happy cheese wedge", {"cheese wedge": "", SMILE: "face"}),
        ("a very sad cheese wedge", {"cheese wedge": "", "slightly frowning face": "face"}),
        ("cheese wedge that is crying", {"cheese wedge": "", "crying face": "face"}),
        ("a cheese wedge with a face", {"a cheese wedge": "", SMILE: "face"}),
        ("a cheese wedge with a sad face", {"a cheese wedge": "", "slightly frowning face": "face"}),
        ("cheese wedge sad face", {"cheese wedge": "", "slightly frowning face": "face"}),
        ("a cheese wedge with una faccina triste", {"a cheese wedge": "", "slightly frowning face": "face"}),
        ("a cat with a mustache and a hat", {"a cat": "", "a hat": "head"}),
        ("a cat in a hat in outer darkness", {"a cat": "", "a hat": "head"}),
        ("a cat holding a top hat out of the trash", {"a cat": "", "a top hat": "hand"}),
        ("开心的奶酪", {"奶酪": "", SMILE: "face"}),
        ("un fromage heureux", {"un fromage": "", SMILE: "face"}),
        ("a happy cheese wedge with glasses", {"cheese wedge": "", SMILE: "face", "glasses": "eyes"}),
        ("a cat with a cheese wedge on its back", {"a cat": "", "a cheese wedge": "back"}),
        ("a cat with a cheese wedge on its head", {"a cat": "", "a cheese wedge": "head"}),
        ("a cat, with a cheese wedge, wearing glasses", {"a cat": "", "a cheese wedge": "hand", "glasses": "eyes"}),
        ("a cat that rides a bicycle", {"a cat": "", "a bicycle": "under"}),
        ("a cat holding a bicycle and a cheese wedge", {"a cat": "", "a bicycle": "hand", "a cheese wedge": "other hand"}),
        ("a blue sad cheese wedge", {"blue cheese wedge": "", "slightly frowning face": "face"}),
        ("a SAD cheese wedge", {"cheese wedge": "", "slightly frowning face": "face"}),
        ("smilİng cheese wedge", {}),
        ("cheese wedge with a top hat in the style of a dream", {"cheese wedge": "", "a top hat": "head"}),
        ("happy birthday cheese wedge", {}),
        ("sad with glasses", {}),
        ("a sad cat", {}),  # which has a face
        ("a happy man", {}),
        ("a sad cat with glasses", {"a sad cat": "", "glasses": "eyes"}),
        ("happy", {}),
        ("a happy thing", {}),
        ("a smiling cat and a cheese wedge", {}),
        ("a happy cheese wedge with a man", {"cheese wedge": "", "smiling face with smiling eyes": "face"}),
        ("a cheese wedge in a top hat on a bicycle", {"a cheese wedge": "", "a top hat": "head", "a bicycle": "under"}),
        ("a cheese wedge in a cowboy hat", {"a cheese wedge": "", "hat": "head"}),
        ("a cheese wedge in a red cowboy hat", {"a cheese wedge": "", "red hat": "head"}),
    ],
)
def test_a_figure_is_read_with_what_it_has_and_what_it_looks_like(text: str, places: dict[str, str]) -> None:
    english = [*ENGLISH, SMILE, "slightly frowning face", "crying face", "cowboy hat face"]
    table = {"en": english, "fr": [*FRENCH, *[""] * 4], "zh": [*[""] * 7, "奶酪", *[""] * 7]}
    names = Names(table, described={"en": {"cat": ["animal"]}}, styles={"3d": english})
    assert placed(text, names) == places


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a sad fox", {"fox": "", "droplet": "beside head"}),
        ("un renard triste", {"un renard": "", "droplet": "beside head"}),
        ("a fox taking a nap", {"a fox": "", "ZZZ": "beside head"}),
        ("狐狸在睡觉", {"狐狸": "", "ZZZ": "beside head"}),
        ("歌う狐狸", {"狐狸": "", MUSIC: "beside head"}),
        ("a sad fox with a crown", {"fox": "", "droplet": "beside head", "a crown": "head"}),
        ("a fox that is crying", {"a fox": "", "droplet": "beside head"}),
        ("a happy fox", {}),  # foxes look happy
        ("an angry fox", {}),  # of which there is no symbol among these names
        ("a sad cat", {}),  # which a name says
        ("a dancing fox", {"fox": "", MUSIC: "beside head"}),
        ("a dancing kite", {"kite": "", MUSIC: "beside head"}),
        ("a sad kite", {"kite": "", "slightly frowning face": "face"}),
        ("a fox on fire", {"a fox": "", "fire": "behind"}),
        ("a burning kite", {"a kite": "", "fire": "behind"}),
        ("un renard en feu", {"un renard": "", "fire": "behind"}),
        ("a burning candle", {}),  # as candles do anyway
        ("a fire", {}),
    ],
)
def test_moods_are_symbols_beside_a_head_that_has_a_face_and_flames_are_behind(text: str, places: dict[str, str]) -> None:
    english = ["fox", "kite", "crown", "crying cat", "cat", "candle", "fire", "droplet", "ZZZ", MUSIC]
    english += ["slightly frowning face"]
    table = {"en": english, "fr": ["renard", *[""] * 10], "zh": ["狐狸", *[""] * 10]}
    described = {
        "en": {"fox": ["animal"], "cat": ["animal"], "kite": ["toy"], "crying cat": ["sad"], "candle": ["burning"]}
    }
    assert placed(text, Names(table, described=described, styles={"3d": english})) == places


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("king fox", {"fox": "", "crown": "head"}),
        ("a fox as a king lol", {"fox": "", "crown": "head"}),
        ("le renard roi", {"renard": "", "crown": "head"}),
        ("国王狐狸", {"狐狸": "", "crown": "head"}),
        ("a fox in a king costume", {"a fox": "", "crown": "head"}),
        ("a red fox knight", {"red fox": "", "dagger": "hand", "shield": "other hand"}),
        ("a knight fox in the snow", {"fox": "", "dagger": "hand", "shield": "other hand"}),
        ("a knight fox with a kite", {"fox": "", "a kite": "hand"}),  # what it is said to have goes first
        ("a knight fox with a crown", {"fox": "", "a crown": "head", "dagger": "hand", "shield": "other hand"}),
        ("a sad king fox", {"fox": "", "droplet": "beside head", "crown": "head"}),
        ("skater fox", {"fox": "", "skateboard": "under"}),
        ("skater fox on a kite", {"fox": "", "a kite": "under"}),
        ("skater fox on a skateboard", {"fox": "", "a skateboard": "under"}),
        ("archer fox", {"fox": "", "bow and arrow": "hand"}),
        ("a kite in a king costume", {}),
        ("a king fox next to a kite", {}),
        ("a king fox, a kite and a cook", {}),
        ("king kite", {}),  # which has no face
        ("king cook", {}),  # who is something already
        ("a king", {}),
        ("fox", {}),
        ("chef fox", {}),  # of which nothing that shows it is among these names
    ],
)
def test_a_role_is_shown_by_what_one_has_in_it(text: str, places: dict[str, str]) -> None:
    english = ["fox", "kite", "cook", "man cook", "crown", "dagger", "shield", "skateboard", "droplet", "bow and arrow"]
    table = {"en": english, "fr": ["renard", *[""] * 9], "zh": ["狐狸", *[""] * 9]}
    described = {"en": {"fox": ["animal"], "kite": ["toy"], "cook": ["person"]}}
    assert placed(text, Names(table, described=described, styles={"3d": english})) == places


def test_faces_are_of_animals_people_and_what_is_in_ones_own_pictures() -> None:
    english = ["fox", "cook", "man cook", "banana", "blixo"]
    names = Names({"en": english}, described={"en": {"fox": ["animal"]}}, styles={"3d": english[:4]})
    assert [name for name in english if not has_face(name, names)] == ["banana"]


@pytest.mark.parametrize(
    "text",
    [
        "ice cream in a cone", "dog on a leash", "bird on a branch", "fish in a tank", "cat on a table",
        "donut with sprinkles", "turtle with a shell", "planet with rings", "cupcake with a cherry", "hot dog in a bun",
        "sleeping bag", "evil eye", "happy feet", "happy halloween", "smiley with sunglasses", "surprise gift",
        "a fox in the snow", "a man riding a bike", "a cat on holiday", "a happy panda",
        "a bear with big ears", "a woman with a headscarf", "police car", "christmas cookie", "king penguin",
        "smiling through the pain", "a cactus in a pot",
        "a nerdy face", "a lady cop", "merry christmas", "party animal", "a king wearing his crown",
    ],
)  # fmt: skip
def test_with_the_bundled_names_one_thing_is_left_alone(text: str, bundled_names: Names) -> None:
    assert placed(text, bundled_names) == {}


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("ein Igel mit Pilzen", {"ein Igel": "", "Pilzen": "hand"}),
        ("una tortuga en bicicleta", {"una tortuga": "", "bicicleta": "under"}),
        ("un canard avec un parapluie", {"un canard": "", "un parapluie": "overhead"}),
        ("une grenouille qui fait du vélo", {"une grenouille": "", "vélo": "under"}),
        ("медведь играет на гитаре", {"медведь": "", "гитаре": "hand"}),
        ("ein Bär spielt Gitarre", {"ein Bär": "", "Gitarre": "hand"}),
        ("جمل يشرب الشاي", {"جمل": "", "الشاي": "hand"}),
        ("हाथी छाता लिए हुए", {"हाथी": "", "छाता": "overhead"}),
        ("बिल्ली चाय पीती हुई", {"बिल्ली": "", "चाय": "hand"}),
        ("uma capivara de óculos escuros", {"uma capivara": "", "óculos escuros": "eyes"}),
        ("a t-shirt with a heart on it", {"a t-shirt": "", "a heart": "front"}),
        ("um gato na caixa", {"um gato": "", "a caixa": "around"}),
        ("кот на облаке", {"кот": "", "облаке": "under"}),
        ("قطة على غيمة", {"قطة": "", "غيمة": "under"}),
        ("llama con gafas de sol rosas", {"llama": "", "gafas de sol rosas": "eyes"}),
        ("un chat devant une maison", {"un chat": "", "une maison": "background"}),
        ("Brezel mit lachendem Gesicht", {"Brezel": "", "face with tears of joy": "face"}),
        ("赤いリュックを背負ったうさぎ", {"うさぎ": "", "赤いリュック": "back"}),
        ("コーヒーを飲むペンギン", {"ペンギン": "", "コーヒー": "hand"}),
        ("una mujer con el pelo rizado", {}),
        ("un perro con la lengua fuera", {}),
    ],
)
def test_with_the_bundled_names_figures_are_read_in_other_languages(
    text: str, places: dict[str, str], bundled_names: Names
) -> None:
    assert placed(text, bundled_names) == places


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("coffee mug with angry face", {"coffee mug": "", "angry face": "face"}),
        ("soccer ball with angry eyes", {"soccer ball": "", "angry face": "face"}),
        ("a strawberry with a blush", {"a strawberry": "", "smiling face with smiling eyes": "face"}),
        ("a donut with sprinkles smiling", {"donut": "", "smiling face with smiling eyes": "face"}),
        ("a cat in a box sleeping", {"cat": "", "ZZZ": "beside head", "a box": "around"}),
        ("happy avocado doing yoga", {"avocado": "", "smiling face with smiling eyes": "face"}),
        ("おにぎりの笑顔", {"おにぎり": "", "smiling face with smiling eyes": "face"}),
        ("बिल्ली", {}),
        ("सो रही बिल्ली", {"बिल्ली": "", "ZZZ": "beside head"}),
        ("بطيخة تضحك", {"بطيخة": "", "face with tears of joy": "face"}),
        ("cat knocking a glass off a table", {"cat": "", "a glass": "hand"}),
        ("boy yelling at a cloud", {"boy": "", "a cloud": "hand"}),
        ("자전거 타는 강아지", {"강아지": "", "자전거": "under"}),
        ("a cat on skateboard", {"a cat": "", "skateboard": "under"}),
        ("a goat in a hoodie", {"a goat": "", "a hoodie": "body"}),
        ("golden retriever wearing sunglasses", {"golden retriever": "", "sunglasses": "eyes"}),
        ("vampire brushing his teeth", {"vampire": "", "a toothbrush": "hand"}),
        ("cat knitting", {"cat": "", "yarn": "hand"}),
        ("dad grilling sausages", {"man": "", "sausages": "hand"}),  # and not the one who is feeding a baby
        ("croissant with a little beret", {"croissant": "", "a little beret": "head"}),
        ("toast with butter and a happy face", {"toast": "", "smiling face with smiling eyes": "face", "butter": "hand"}),
        ("a dragon sleeping on a pile of gold", {"a dragon": "", "a pile of gold": "under"}),
        ("a dumpster fire", {"a dumpster": "", "fire": "behind"}),
        ("柴犬がラーメンを食べる", {"柴犬": "", "ラーメン": "hand"}),
        ("고양이가 커피를 마신다", {"고양이": "", "커피": "hand"}),
        ("nonna che fa la pizza", {"nonna": "", "la pizza": "hand"}),
        ("cat holding a sign", {"cat": "", "a sign": "hand"}),
        ("girl holding a sign", {"girl": "", "a sign": "hand"}),
    ],
)
def test_figures_are_read_as_people_type_them(text: str, places: dict[str, str], bundled_names: Names) -> None:
    assert placed(text, bundled_names) == places


@pytest.mark.parametrize("text", ["a cat in a hat " * 30, "sad " * 120, "a" * 500, "a cat with " + "a hat and " * 45])
def test_of_a_text_without_end_no_more_is_drawn_than_fits(text: str, bundled_names: Names) -> None:
    assert len(read_figure(text, bundled_names)) <= MAX_THINGS


def test_a_name_of_signs_alone_has_no_first_word() -> None:
    assert placed("a cat with a blorp", Names({"en": ["?", "fox", "cat"]})) == {}


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("an angry cat", {"pouting cat": ""}),
        ("怒っている猫", {"pouting cat": ""}),
        ("lachende Katze mit Brille", {"cat with tears of joy": "", "Brille": "eyes"}),
        ("a bunny with heart eyes", {"a bunny": "", "red heart": "beside head"}),
        ("party hat cat", {"cat": "", "party hat": "head"}),
        ("firefighter holding a cat", {"firefighter": "", "a cat": "hand"}),
        ("astronaut riding a unicorn", {"astronaut": "", "a unicorn": "under"}),
        ("waving girl", {"girl": "", "waving hand": "hand"}),
        ("bear giving a hug", {"bear": "", "red heart": "hand"}),
    ],
)
def test_how_a_cat_looks_what_comes_before_who_wears_it_and_gestures(
    text: str, figure: dict[str, str], bundled_names: Names
) -> None:
    assert placed(text, bundled_names) == figure
