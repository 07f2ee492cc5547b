"""What texts say that figures wear, hold, sit on and are in."""

from __future__ import annotations

import pytest

from multimodal.collage.equipment import PLACES
from multimodal.reading.relations import PLACE_OF_KIND, WORN, Relation, place_of, split_relations


@pytest.mark.parametrize(
    ("text", "figure", "relations"),
    [
        ("a cat", "a cat", []),
        ("a cat wearing a red hat", "a cat", [("wears", "a red hat")]),
        ("A Cat With Sunglasses", "A Cat", [("has", "Sunglasses")]),
        ("a cat w/ a hat", "a cat", [("has", "a hat")]),
        ("a cat that is holding its balloon", "a cat", [("holds", "balloon")]),
        ("a frog sitting on a mushroom", "a frog", [("on", "a mushroom")]),
        ("a bird perched on a cactus", "a bird", [("on", "a cactus")]),
        ("a panda riding a bike", "a panda", [("rides", "a bike")]),
        ("a dog driving a car", "a dog", [("drives", "a car")]),
        ("a cat in a box", "a cat", [("in", "a box")]),
        ("a frog in a crown riding a bike", "a frog", [("in", "a crown"), ("rides", "a bike")]),
        ("a cat with a hat and holding a star", "a cat", [("has", "a hat"), ("holds", "a star")]),
        ("un chat avec un chapeau", "un chat", [("has", "un chapeau")]),
        ("un gato con gafas", "un gato", [("has", "gafas")]),
        ("Katze mit Hut und Schal", "Katze", [("has", "Zylinder und Schal")]),
        ("a cat with a Hut", "a cat", [("has", "a Hut")]),
        ("ein Fuchs, der ein Buch liest", "ein Fuchs", [("holds", "ein Buch")]),
        ("戴着帽子的猫", "猫", [("wears", "帽子")]),
        ("帽子をかぶった猫", "猫", [("wears", "帽子")]),
        ("자전거를 탄 곰", "곰", [("rides", "자전거")]),
        ("一只喝奶茶的熊", "熊", [("holds", "奶茶")]),
        ("猫在吃拉面", "猫", [("holds", "拉面")]),
        ("熊正在喝奶茶", "熊", [("holds", "奶茶")]),
        ("猫戴着墨镜吃披萨", "猫", [("wears", "墨镜"), ("holds", "披萨")]),
        ("戴着帽子的猫在弹吉他", "猫", [("wears", "帽子"), ("holds", "吉他")]),
        ("狗在看书", "狗", [("holds", "书")]),
        ("a ghost working at a laptop", "a ghost", [("holds", "a laptop")]),
        ("um sapo de chapéu", "um sapo", [("wears", "chapéu")]),
        ("Katze mit Brille liest Zeitung", "Katze", [("has", "Brille"), ("holds", "Zeitung")]),
        ("ein Hund trägt einen Hut", "ein Hund", [("wears", "einen Zylinder")]),
        ("傘をさすカエル", "カエル", [("holds", "傘")]),
        ("하트 들고 있는 강아지", "강아지", [("holds", "하트")]),
        ("구름을 들고 있는 강아지", "강아지", [("holds", "구름")]),
        ("جمل يلبس نظارات", "جمل", [("wears", "نظارات")]),
        ("चाय पीता हुआ हाथी", "हाथी", [("holds", "चाय")]),
        ("떡볶이 먹는 토끼", "토끼", [("holds", "떡볶이")]),
        ("हाथी गुब्बारे के साथ", "हाथी", [("holds", "गुब्बारे")]),
        ("a burning house", "a house", [("on", "fire")]),
        ("on fire server", "server", [("on", "fire")]),
        ("燃えている猫", "猫", [("on", "fire")]),
        ("flamingo in running shoes", "flamingo", [("in", "running shoes")]),
        ("the bin is on fire!!", "the bin", [("on", "fire")]),
        ("a phone that caught fire", "a phone", [("on", "fire")]),
        ("pizza pegando fogo", "pizza", [("on", "fire")]),
        ("un chat en feu", "un chat", [("on", "fire")]),
        ("catwalk within", "catwalk within", []),
        ("", "", []),
    ],
)
def test_a_text_is_split_into_a_figure_and_what_it_has_to_do_with(
    text: str, figure: str, relations: list[tuple[str, str]]
) -> None:
    found, said = split_relations(text)
    assert (found, [(relation.kind, relation.thing) for relation in said]) == (figure, relations)


@pytest.mark.parametrize(
    ("text", "foreign"),
    [("a cat with a hat", False), ("un orso in bicicletta", True), ("Igel mit Pilzen", True), ("ギターを弾く熊", True)],
)
def test_a_relation_may_be_said_in_another_language(text: str, foreign: bool) -> None:
    assert [relation.foreign for relation in split_relations(text)[1]] == [foreign]


@pytest.mark.parametrize(
    ("kind", "thing", "name", "place"),
    [
        ("wears", "a hat", "top hat", "head"),
        ("has", "a hat", "top hat", "head"),
        ("in", "a hat", "top hat", "head"),
        ("holds", "a hat", "top hat", "hand"),
        ("on", "a hat", "top hat", "under"),
        ("wears", "a star", "star", "hand"),
        ("has", "big blue eyes", "eyes", ""),
        ("in", "the snow", "snowflake", ""),
        ("in", "a dark forest", "deciduous tree", ""),
        ("in", "love", "red heart", ""),
        ("in", "the box", "package", "around"),
        ("in", "bed", "bed", "around"),
        ("on", "fire", "fire", "behind"),
        ("in", "Flammen", "fire", "behind"),
        ("holds", "fire", "fire", "hand"),
        ("on", "skis", "skis", "under"),
        ("rides", "unicorn", "unicorn", "under"),
        ("in", "箱", "package", "around"),
    ],
)
def test_what_is_worn_has_its_place_and_scenery_has_none(kind: str, thing: str, name: str, place: str) -> None:
    assert place_of(Relation(kind, thing), name) == place


def test_every_place_can_be_drawn() -> None:
    assert {*WORN.values(), *PLACE_OF_KIND.values()} <= {*PLACES}
