"""Names: what is known in which language, and what is nearest to other words."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from multimodal.reading.figures import read_figure
from multimodal.reading.names import Names

TABLE = {
    "en": ["dog", "octopus", "red apple", "fish"],
    "de": ["Hund", "Krake", "", "Fisch"],
    "fr": ["chien", "", "pomme", "fish"],
}
MEANINGS = {"puppy": "dog", "squid": "octopus"}
encoded: list[str] = []


def embed(texts: list[str]) -> Tensor:
    """Equal for what means the same, and of any length."""
    encoded.extend(texts)
    rows = [TABLE["en"].index(MEANINGS.get(text.removeprefix("a "), text)) for text in texts]
    return torch.eye(4)[rows] * torch.arange(2, 2 + len(texts))[:, None]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dog", "dog"),
        ("a Dog", "a Dog"),
        ("dogs", "dog"),
        ("Hund", "dog"),
        ("ein hund", "dog"),
        ("un chien", "dog"),
        ("pomme", "red apple"),
        ("a dog in the rain", "a dog in the rain"),
        ("chien rouge", "chien rouge"),
        ("a puppy", "dog"),
        ("squid", "octopus"),
        ("octopos", "octopus"),
        ("Krakke", "octopus"),
        ("an octupus", "octopus"),
        ("an octo pus", "octopus"),
    ],
)
def test_a_text_is_put_into_known_words(text: str, words: str) -> None:
    assert Names(TABLE, embed).in_known_words(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a heart", "red heart"),  # a name that only adds a colour, red before others
        ("hearts", "red heart"),
        ("a car", "police car"),  # of those that end in it the nearest
        ("money", "money bag"),
        ("a car in the rain", "a car in the rain"),
        ("a bag of money", "a bag of money"),
    ],
)
def test_a_word_that_is_only_in_names_is_drawn_as_one_of_them(text: str, words: str) -> None:
    names = ["beating heart", "green heart", "red heart", "racing car", "police car", "car park", "money bag"]
    near = {"a car": torch.tensor([0.0, 0, 0, 1, 2, 3, 0]), "a heart": torch.eye(7)[0]}
    vectors = near | dict(zip(names, torch.eye(7), strict=True))
    known = Names({"en": names}, lambda texts: torch.stack([vectors.get(text, torch.eye(7)[6]) for text in texts]))
    assert known.in_known_words(text) == words


@pytest.mark.parametrize("text", ["a tiny ox", "귀여운 토끼", "작은 개", "a rose in a vase"])
def test_short_names_and_those_that_are_colours_elsewhere_are_words_too(text: str) -> None:
    table = {"en": ["ox", "rabbit", "dog", "rose"], "ko": ["황소", "토끼", "개", "장미"]}
    names = Names(table, lambda texts: torch.ones(len(texts), 2))
    assert names.mentioned(text)
    assert names.in_known_words(text) == text


WORDS = {
    "nouns": {"dog": ["hound", "guard"], "fish": ["trout", "fir"], "unicorn": ["horned horse"]},
    "others": {"dog": ["woof", "犬", "狗狗"], "red apple": ["healthy", "酸"]},
}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a hound", "dog"),
        ("Hounds", "dog"),
        ("woof", "dog"),
        ("a fluffy hound", "dog"),
        ("a hound and a trout", "dog"),
        ("fluffy, woof", "dog"),  # where there is no noun
        ("guard trouts by the hound", "fish"),
        ("a hound with dogs", "a hound with dogs"),
        ("a fir tree", "octopus"),  # short words are replaced on their own only
        ("a fir", "fish"),
        ("犬", "dog"),
        ("酸狗狗", "dog"),
        ("狗狗酸", "red apple"),  # the last one is what it is
        ("酸的", "octopus"),
        ("good woofs!", "dog"),
        ("horned horse", "octopus"),  # whose name is not known
    ],
)
def test_words_near_to_a_name_are_put_into_known_words(text: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(TABLE, embed, WORDS)
    monkeypatch.setattr(names, "nearest", lambda text: "octopus")
    assert names.in_known_words(text) == words


HEADS = {
    "en": ["dog", "rainbow", "unicorn", "ice cream", "fire", "fire engine", "delivery truck", "person running",
           "polar bear", "panda face", "bread", "hut", "cat"],
    "de": ["Hund", "Regenbogen", "Einhorn", "Eis", "Feuer", "", "", "", "Eisbär", "", "Brot", "Hütte", "Katze"],
    "fr": ["chien", "", "", "", "", "", "", "", "", "", "pain", "", "chat"],
    "ja": ["犬", "虹", "", "", "火", "", "", "", "", "パンダの顔", "食パン", "", "猫"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a cute dog in the rain", "dog"),
        ("a dog with a rainbow", "dog"),
        ("a rainbow unicorn", "unicorn"),  # of several in a row the last
        ("two happy dogs running", "dog"),
        ("a running dog", "dog"),
        ("a dog running, a unicorn", "dog"),
        ("a big polar bear on ice", "polar bear"),
        ("fire truck", "fire engine"),  # "truck" ends a name, so it is the nearest of those of trucks and fires
        ("an old truck", "delivery truck"),
        ("a sick face", "panda face"),  # "sick" is nearest to a face
        ("the face of a panda", "panda face"),
        ("a delivery in a truck", "delivery truck"),  # little words are left out
        ("a fire, the truck", "fire"),  # the first clause
        ("🐶", "dog"),
        ("🐶️", "dog"),
        ("🐶🦄", "unicorn"),
        ("cute 🦄", "unicorn"),
        ("polar_bear", "polar bear"),
        ("back pain", "bread"),
        ("a hut without pain", "hut"),
        ("eine süße Katze mit Hut", "cat"),
        ("un chat dans la hut", "cat"),
        ("ein großer Eisbär", "polar bear"),
        ("かわいい犬", "dog"),
        ("犬と虹", "rainbow"),  # which of the two is meant, the signs alone do not say
        ("眠っているパンダ", "panda face"),
        ("a cup of ice cream", "ice cream"),
        ("two big slices of bread", "bread"),
        ("well, well", "cat"),  # the nearest, as of any text without a name
        ("dog", "dog"),
    ],
)
def test_a_text_is_drawn_as_what_it_is_about(text: str, words: str) -> None:
    near = {"fire truck": "fire engine", "truck": "delivery truck"}
    numbers = {name: k for k, name in enumerate(HEADS["en"])}

    def embed_heads(texts: list[str]) -> Tensor:
        return torch.eye(len(numbers))[[numbers.get(near.get(text, text), numbers["cat"]) for text in texts]]

    others = {"panda face": ["sick"], "dog": ["old", "🐶"], "unicorn": ["🦄"], "cat": ["cute"]}
    names = Names(HEADS, embed_heads, {"others": others}, {"flat": HEADS["en"]})
    assert names.in_known_words(text) == words


def test_captions_of_what_was_drawn_in_no_style_may_say_more_than_a_name() -> None:
    table = {"en": ["dog", "cat", "my Bello jumping high", "Bello"]}
    names = Names(table, lambda texts: torch.ones(len(texts), 1), styles={"flat": ["dog", "cat"]})
    assert names.in_known_words("Bello, the dog") == "Bello, the dog"
    assert names.in_known_words("a cat jumping") == "a cat jumping"
    assert names.in_known_words("a dog of a cat") == "dog"


def test_how_a_picture_is_drawn_says_nothing_of_what_it_shows() -> None:
    names = Names(TABLE, embed, WORDS)
    for text in ("watercolor {}", "a pixel art {}", "{}, watercolor", "{} in watercolor style", "{} aquarelle"):
        assert names.in_known_words(text.format("dog")) == "dog"
    assert names.in_known_words("a puppy, chibi style") == names.in_known_words("a puppy")


def test_only_nouns_are_things() -> None:
    names = Names(TABLE, embed, WORDS)
    assert names.is_noun("the hounds")
    assert not names.is_noun("woof")
    assert names.is_synonym("a woof")
    assert names.is_synonym("hounds")


@pytest.mark.parametrize("text", ["two dogs", "dogs in the rain", "fish"])
def test_a_plural_in_a_text_is_a_word_too(text: str) -> None:
    assert Names(TABLE).mentioned(text)


def test_without_embeddings_or_names_other_words_stay() -> None:
    assert Names(TABLE).in_known_words("a puppy") == "a puppy"
    assert Names({}, embed).in_known_words("a puppy") == "a puppy"
    assert not Names({}, embed).drawable("a puppy")
    assert Names(TABLE, embed).drawable("a puppy")
    assert not Names(TABLE, embed).drawable("a puppy" * 10)  # too long to mean one name


def test_names_are_encoded_once_and_only_when_they_are_needed() -> None:
    encoded.clear()
    names = Names(TABLE, embed)
    names.in_known_words("ein Hund")
    assert encoded == []
    names.nearest("puppy")
    names.nearest("squid")
    assert encoded == ["puppy", *TABLE["en"], "squid"]


def test_an_english_name_means_itself_also_where_another_language_has_the_word() -> None:
    assert Names({"en": ["gift", "poison"], "de": ["Geschenk", "Gift"]}).in_known_words("gift") == "gift"


def test_a_name_that_languages_have_for_different_things_is_what_most_of_them_mean() -> None:
    table = {"en": ["tropical drink", "cocktail glass"], "de": ["Cocktail", ""], "fr": ["", "cocktail"]}
    table["it"] = table["fr"]
    assert Names(table).in_known_words("a cocktail") == "cocktail glass"


def test_the_first_word_of_an_english_name_is_not_another_name_of_one_other_language() -> None:
    table = {"en": ["Mx Claus", "Santa Claus", "dog"], "fr": ["santa", "père Noël", "mx"], "it": ["", "", "cane"]}
    names = Names(table, lambda texts: torch.ones(len(texts), 2))
    assert names.in_known_words("santa") == "Santa Claus"
    assert names.in_known_words("cane") == "dog"


@pytest.mark.parametrize(
    ("text", "name"),
    [("eine Babykatze", "cat"), ("Babykatzen", "cat"), ("Katzenbaby", "Katzenbaby"), ("elefnat", "elephant")],
)
def test_german_compounds_are_what_their_last_part_is(text: str, name: str) -> None:
    names = Names({"en": ["cat", "elephant"], "de": ["Katze", "Elefant"]}, styles={"flat": ["cat", "elephant"]})
    assert names.in_known_words(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *((f"a {looks} woman", "woman") for looks in ("young", "fat", "black", "asian", "beautiful")),
        *((f"a {looks} man", "man") for looks in ("young", "white", "black", "tall")),
        ("mujer joven", "woman"), ("une femme noire", "woman"), ("黑人女性", "woman"), ("a young doctor", "health worker"),
        ("a boy playing soccer", "boy"),
    ],
)  # fmt: skip
def test_with_the_bundled_names_looks_make_nobody_else_of_people(text: str, name: str, bundled_names: Names) -> None:
    figure = next((one.thing for one in read_figure(text, bundled_names)), text)
    assert bundled_names.english_name(bundled_names.in_known_words(figure)) == name
