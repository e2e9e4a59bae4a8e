"""Welsh: all of it or none of it, in the tool for 7 to 10 and in the app's own words."""

from __future__ import annotations

import json
import re
import shutil
import string
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from app.kit import messages
from app.kit.messages import LanguageRefused, assets_folder, message_catalogue, say, use_language
from assessments.definitions.catalogue import list_tool_ids, load_tool
from assessments.definitions.definition import Item
from assessments.definitions.text_packs import PackRefused, TextPack, apply_pack, collect_texts, read_pack

TOOL = "child-voice-7-11"
TODAY = date(2026, 5, 14)
PACK = files("assessments").joinpath("instruments", "packs", f"{TOOL}.cy.toml").read_text(encoding="utf-8")

# The same word in both languages.
SHARED = {"app.name", "kin.partner", "map.line.partner", "add.person", "unlock.pin"}
SHARED |= {"draw.colour.brown", "draw.sticker.person", "draw.sticker.car"}
ENGLISH = re.compile(r"\b(the|and|of|is not|you|your|this|that|with|what|who|are|was|were|not)\b", re.I)
POLITE = re.compile(r"\b(chi|eich|ydych|rydych|chithau|ewch|dewch|\w{3,}(?:wch|och))\b", re.I)


@pytest.fixture
def speaking() -> Iterator[None]:
    """English before and after, however the test ends."""
    messages._read.cache_clear()
    yield
    messages._read.cache_clear()
    use_language(messages.DEFAULT_LANGUAGE)


@pytest.fixture
def strings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, speaking: None) -> Path:
    """A folder of the app's strings that a test may spoil."""
    shutil.copytree(assets_folder() / "strings", tmp_path / "strings")
    monkeypatch.setenv("FLET_ASSETS_DIR", str(tmp_path))
    return tmp_path / "strings"


def pack() -> TextPack:
    found, faults = read_pack(PACK)
    assert found is not None, faults
    return found


def forms(sentence: str | dict[str, str]) -> dict[str, str]:
    return sentence if isinstance(sentence, dict) else {"": sentence}


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def words_without_places(text: str) -> str:
    return re.sub(r"\{\w+\}", "", text)


# ---------------------------------------------------------------- the tool


def test_the_welsh_pack_holds_every_text_of_the_tool_and_no_other() -> None:
    assert set(pack().texts) == set(collect_texts(load_tool(TOOL)))


def test_the_tool_speaks_welsh_and_keeps_its_logic() -> None:
    own = load_tool(TOOL)
    welsh = apply_pack(pack(), own, on=TODAY)
    assert collect_texts(welsh) == dict(pack().texts)
    assert welsh.title == "Fy niwrnod a fy nymuniadau"
    assert (welsh.hash, welsh.version) == (own.hash, own.version)
    back = apply_pack(replace(pack(), texts=collect_texts(own)), welsh, on=TODAY)
    assert all(getattr(back, part.name) == getattr(own, part.name) for part in fields(own))


def test_a_pack_without_one_text_is_refused() -> None:
    for key in ("title", "item.ladder-now.low_text", "item.child-ok.state.child-pass", "flag.danger-now.do"):
        texts = {name: text for name, text in pack().texts.items() if name != key}
        with pytest.raises(PackRefused) as refused:
            apply_pack(replace(pack(), texts=texts), load_tool(TOOL), on=TODAY)
        assert refused.value.code == "missing-keys"
        assert refused.value.data["keys"] == [key]


def test_a_pack_for_another_version_is_refused() -> None:
    with pytest.raises(PackRefused, match="other-version"):
        apply_pack(replace(pack(), version="0.0.1"), load_tool(TOOL), on=TODAY)


def test_welsh_awaits_a_speaker_and_the_tool_stays_english_by_itself() -> None:
    assert pack().reviewed is False
    assert pack().language == "cy"
    assert load_tool(TOOL).title == "My day and my wishes"
    assert not [tool for tool in list_tool_ids() if "cy" in tool.split("-")]


def test_no_text_of_the_tool_is_left_in_english() -> None:
    own = collect_texts(load_tool(TOOL))
    assert not [key for key, text in pack().texts.items() if text == own[key]]
    assert not {key: text for key, text in pack().texts.items() if ENGLISH.search(text)}


def test_the_same_english_answer_is_the_same_in_welsh_but_for_yes_and_no() -> None:
    """Welsh takes its yes and no from the question; every other repeated answer reads alike."""
    own = collect_texts(load_tool(TOOL))
    welsh: dict[str, set[str]] = {}
    for key, text in pack().texts.items():
        welsh.setdefault(own[key], set()).add(text)
    assert {text for text, found in welsh.items() if len(found) > 1} == {"Yes", "No"}


def test_the_child_is_called_ti_and_never_chi() -> None:
    welsh = apply_pack(pack(), load_tool(TOOL), on=TODAY)
    for_child = [item for item in welsh.walk() if item.for_child]
    assert len(for_child) > 30
    for item in for_child:
        for text in shown_to_child(item):
            assert not POLITE.search(text), text


def shown_to_child(item: Item) -> list[str]:
    words = [item.text, item.low_text, item.high_text, *(option.text for option in item.options)]
    return words + [text for _, text in item.state_words]


def test_the_polite_words_are_found() -> None:
    assert POLITE.search("Ysgrifennwch yr union eiriau.")
    assert POLITE.search("Beth welsoch chi?")
    assert not POLITE.search("Dweda wrtha i am dy fap.")


def test_the_prompt_names_the_choice_as_it_stands_on_the_screen() -> None:
    prompt = pack().texts["item.child-ok-words.prompt"]
    assert f"'{message_catalogue('cy')['origin.choice.adult-observed']}'" in prompt


def test_the_ladder_is_never_taken_for_the_school() -> None:
    """ "Ysgol" is both; without "ddringo" after it, it means the school."""
    ladder = [text for key, text in pack().texts.items() if key.startswith("item.ladder")]
    assert any("ysgol ddringo" in text for text in ladder)
    assert not [text for text in ladder if re.search(r"ysgol(?! ddringo)", text)]


# ---------------------------------------------------------------- the app's own words


def test_welsh_has_exactly_the_sentences_of_english() -> None:
    assert set(message_catalogue("cy")) == set(message_catalogue("en"))


Sentence = str | dict[str, str]


def filled_in_alike(own: Sentence, welsh: Sentence) -> bool:
    """Whether each form of the Welsh sentence takes the values that the English one takes."""
    if isinstance(own, dict) != isinstance(welsh, dict) or not forms(own).keys() <= forms(welsh).keys():
        return False
    for form, text in forms(welsh).items():
        if form in forms(own):
            if places(text) != places(forms(own)[form]):
                return False
        elif form not in ("zero", "two", "few", "many") or places(text) | {"n"} != places(
            forms(own)["other"]
        ) | {"n"}:
            return False
    return True


def left_in_english(code: str, own: Sentence, welsh: Sentence) -> list[str]:
    """The forms of a Welsh sentence that are empty, untidy, or English."""
    return [
        text
        for form, text in forms(welsh).items()
        if not text == text.strip() != ""
        or "*" in text
        or ENGLISH.search(words_without_places(text))
        or (
            code not in SHARED
            and re.search(r"[^\W\d_]", words_without_places(text))
            and text == forms(own).get(form)
        )
    ]


def test_each_welsh_sentence_is_filled_in_where_the_english_one_is() -> None:
    own, welsh = message_catalogue("en"), message_catalogue("cy")
    assert [code for code in own if not filled_in_alike(own[code], welsh[code])] == []


@pytest.mark.parametrize(
    ("own", "welsh"),
    [
        ("Saved at {at}", "Wedi'i gadw"),
        ("Saved at {at}", "Wedi'i gadw am {amser}"),
        ("Saved", {"one": "Wedi'i gadw", "other": "Wedi'u cadw"}),
        ({"one": "1 day", "other": "{n} days"}, {"other": "{n} diwrnod"}),
        ({"one": "1 day", "other": "{n} days"}, {"one": "1 diwrnod", "other": "{n} diwrnod", "some": "{n}"}),
        ({"one": "1 day", "other": "{n} days"}, {"one": "1 diwrnod", "other": "{n} diwrnod", "two": "{at}"}),
    ],
)
def test_a_planted_sentence_that_is_filled_in_otherwise_is_found(own: Sentence, welsh: Sentence) -> None:
    assert filled_in_alike(own, own)
    assert not filled_in_alike(own, welsh)


def test_no_sentence_is_left_in_english() -> None:
    own, welsh = message_catalogue("en"), message_catalogue("cy")
    assert {code: found for code in own if (found := left_in_english(code, own[code], welsh[code]))} == {}


@pytest.mark.parametrize("planted", ["", "Yn ôl ", "Yn ôl *", "Yn ôl to the page", "Back"])
def test_a_planted_sentence_that_is_left_in_english_is_found(planted: str) -> None:
    assert left_in_english("action.back", "Back", "Yn ôl") == []
    assert left_in_english("action.back", "Back", planted) == [planted]
    assert left_in_english("action.back", {"one": "-", "other": "Back"}, {"one": "-", "other": planted})


def test_no_file_says_a_sentence_twice() -> None:
    for language in ("en", "cy"):
        text = (assets_folder() / "strings" / f"{language}.json").read_text("utf-8")
        pairs = json.loads(text, object_pairs_hook=lambda found: [name for name, _ in found])
        assert len(pairs) == len(set(pairs))
    assert tomllib.loads(PACK)["text"]  # TOML refuses a key that is given twice


def test_english_is_spoken_until_another_language_is_asked_for(speaking: None) -> None:
    assert say("action.back") == "Back"
    use_language("cy")
    assert say("action.back") == "Yn ôl"
    assert say("save.at", device=say("device.phone"), at="14:02") == "Wedi'i gadw ar y ffôn hwn am 14:02"
    use_language("en")
    assert say("action.back") == "Back"


def test_welsh_numbers_change_the_word_after_them(speaking: None) -> None:
    use_language("cy")
    said = [say("outbox.waiting", n=n).split(" yn aros")[0] for n in (0, 1, 2, 3, 4, 6, 12)]
    assert said == [
        "Dim byd",
        "1 cofnod",
        "2 gofnod",
        "3 chofnod",
        "4 cofnod",
        "6 chofnod",
        "12 cofnod",
    ]
    assert [say("age.months", n=n) for n in (1, 2, 3)] == ["1 mis oed", "2 fis oed", "3 mis oed"]


def test_the_welsh_forms_leave_english_numbers_as_they_were() -> None:
    assert [say("sync.waiting", n=n) for n in (0, 1, 2, 3, 6)] == [
        "Nothing waiting",
        "1 waiting",
        "2 waiting",
        "3 waiting",
        "6 waiting",
    ]
    assert say("age.days", n=0) == "0 days"


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda words: words.pop("action.back"), "missing-sentences"),
        (lambda words: words.update({"action.dance": "Dawnsio"}), "unknown-sentences"),
        (lambda words: words.update({"save.at": "Wedi'i gadw am {at}"}), "other-places"),
        (lambda words: words["outbox.waiting"].pop("one"), "other-places"),
        (lambda words: words["outbox.waiting"].update({"two": "2 gofnod ar {device}"}), "other-places"),
        (lambda words: words.update({"outbox.waiting": "{n} yn aros"}), "other-places"),
    ],
)
def test_a_language_with_one_fault_is_refused_and_nothing_changes(
    spoil: Callable[[dict[str, Any]], object], why: str, strings: Path
) -> None:
    path = strings / "cy.json"
    words = json.loads(path.read_text("utf-8"))
    spoil(words)
    path.write_text(json.dumps(words), encoding="utf-8")
    with pytest.raises(LanguageRefused) as refused:
        use_language("cy")
    assert refused.value.code == why
    assert len(refused.value.data["codes"]) == 1
    assert say("action.continue") == "Continue"


def test_a_whole_language_in_the_same_folder_is_taken(strings: Path) -> None:
    use_language("cy")
    assert say("action.continue") == "Parhau"


@pytest.mark.parametrize("language", ["", "xx", "cy.json", "../cy", "../../assets/strings/cy", "CY"])
def test_a_language_that_is_not_there_is_refused(language: str, speaking: None) -> None:
    with pytest.raises(LanguageRefused) as refused:
        use_language(language)
    assert refused.value.code == "unknown-language"
    assert say("action.back") == "Back"
