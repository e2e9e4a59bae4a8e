"""Versions live side by side, a form moves only as a person sees, and packs change words alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.definitions import catalogue
from assessments.definitions.definition import AnswerOption, Instrument
from assessments.definitions.text_packs import PackRefused, TextPack, apply_pack, collect_texts, read_pack
from assessments.definitions.tool_file import read_tool
from assessments.engine import form as forms
from assessments.engine.answers import Answered
from assessments.engine.scoring import ScoringContext
from assessments.engine.version_move import preview_move
from assessments.errors import NotFound
from tests.engine.test_tool_files import small_tool

ON = date(2026, 11, 22)
RULES = catalogue.load_area().rules_for("small")


def tool(text: str) -> Instrument:
    found, faults = read_tool(text)
    assert found is not None, faults
    return found


OLD = tool(small_tool())
NEW = tool(
    small_tool()
    .replace('version = "1.0.0"', 'version = "1.1.0"\nretired = ["b"]')
    .replace('link_id = "b"', 'link_id = "c"')
    .replace('text = "First?"', 'text = "The first?"')
)


def form_of(instrument: Instrument) -> forms.Form:
    return forms.open_form(
        instrument, RULES, ScoringContext(on=ON), {"a": Answered("yes"), "b": Answered("no")}
    )


def find_breaking_changes(old: Instrument, new: Instrument) -> tuple[str, ...]:
    """What forbids `new` to follow `old`: sentences. link_ids and codes are for ever."""
    faults = []
    for link_id, item in old.index.items():
        later = new.index.get(link_id)
        if later is None:
            if link_id not in new.retired:
                faults.append(f'"{link_id}" is gone. Name it in retired, or keep it.')
            continue
        if later.type != item.type or later.repeats != item.repeats:
            faults.append(f'"{link_id}" was of type {item.type} and is now {later.type}. Use a new link_id.')
        faults += [
            f'"{link_id}" no longer has the option "{option.code}". Keep it with retired = true.'
            for option in item.options
            if later.option(option.code) is None
        ]
    faults += [
        f'"{link_id}" was retired and is used again.' for link_id in old.retired if link_id in new.index
    ]
    faults += [f'"{link_id}" was retired before. Keep it in retired.' for link_id in old.retired
               if link_id not in new.retired and link_id not in new.index]  # fmt: skip
    return tuple(faults)


def test_the_preview_lists_what_a_move_would_change() -> None:
    seen = preview_move(OLD, NEW, form_of(OLD).entries)
    assert (seen.before, seen.after) == ("1.0.0", "1.1.0")
    assert seen.added == ("c",)
    assert seen.gone == ("b",)
    assert [(one.link_id, one.before, one.after) for one in seen.reworded] == [("a", "First?", "The first?")]
    assert seen.unread == ("b",)
    assert preview_move(OLD, OLD, form_of(OLD).entries).changes_nothing


def test_moving_back_gives_the_same_form() -> None:
    form = form_of(OLD)
    unread = preview_move(OLD, NEW, form.entries).unread
    assert set(form.entries) - set(unread) == {"a"}
    # What the store kept is read again under the old version: nothing was deleted.
    back = forms.open_form(OLD, RULES, ScoringContext(on=ON), form.entries)
    assert back.entries == form.entries
    assert back.visible == form.visible


def test_an_answer_that_the_new_version_does_not_offer_is_pointed_out() -> None:
    item = NEW.index["a"]
    fewer = replace(item, options=(AnswerOption("no", "No"), AnswerOption("perhaps", "Perhaps")))
    changed = replace(NEW, items=(replace(NEW.items[0], items=(fewer, NEW.index["c"])),))
    assert preview_move(OLD, changed, form_of(OLD).entries).to_look_at == ("a",)


def test_codes_and_link_ids_are_retired_and_never_used_again() -> None:
    assert find_breaking_changes(OLD, NEW) == ()
    silent = tool(small_tool().replace('link_id = "b"', 'link_id = "c"'))
    assert any('"b" is gone' in fault for fault in find_breaking_changes(OLD, silent))
    again = tool(small_tool())
    assert any("was retired and is used again" in fault for fault in find_breaking_changes(NEW, again))
    text = small_tool().replace('{ code = "yes", text = "Yes" }', '{ code = "aye", text = "Yes" }', 1)
    assert any('no longer has the option "yes"' in fault for fault in find_breaking_changes(OLD, tool(text)))
    other = tool(small_tool().replace('type = "choice"', 'type = "choices"', 1))
    assert any("was of type choice" in fault for fault in find_breaking_changes(OLD, other))


def test_a_retired_link_id_in_use_is_a_fault_of_the_file() -> None:
    _, faults = read_tool(small_tool().replace('version = "1.0.0"', 'version = "1.0.0"\nretired = ["a"]'))
    assert any('"a" is retired' in fault.sentence for fault in faults)


@pytest.mark.parametrize("tool_id", catalogue.list_tool_ids())
def test_every_older_version_here_may_be_followed_by_the_newest(tool_id: str) -> None:
    for version in catalogue.list_versions(tool_id)[1:]:
        assert (
            find_breaking_changes(catalogue.load_tool(tool_id, version), catalogue.load_tool(tool_id)) == ()
        )


def test_a_tool_is_opened_by_version_and_hash_or_not_at_all() -> None:
    newest = catalogue.load_tool("risk-24")
    assert catalogue.load_pinned_tool("risk-24", newest.version, newest.hash) is newest
    with pytest.raises(NotFound, match="other-version"):
        catalogue.load_pinned_tool("risk-24", newest.version, "0" * 64)
    with pytest.raises(NotFound):
        catalogue.load_tool("risk-24", "0.0.1")


# Words


def pack(**parts: object) -> TextPack:
    whole = {
        "id": "p", "kind": "wording", "tool": "risk-24", "version": "1.0.0", "language": "en-GB",
        "holder": "Made-up Trust", "licence": "By letter", "expires": date(2027, 3, 31), "reviewed": True,
        "texts": {"item.injury.text": "Licensed words?"}, "hash": "",
    }  # fmt: skip
    return TextPack(**{**whole, **parts})  # type: ignore[arg-type]


def test_a_wording_pack_changes_words_and_nothing_else() -> None:
    ours = catalogue.load_tool("risk-24")
    theirs = apply_pack(pack(), ours, on=ON)
    assert theirs.index["injury"].text == "Licensed words?"
    assert theirs.hash == ours.hash
    assert {k: v for k, v in collect_texts(theirs).items() if k != "item.injury.text"} == {
        k: v for k, v in collect_texts(ours).items() if k != "item.injury.text"
    }
    before, after = ours.index["injury"], theirs.index["injury"]
    assert replace(after, text=before.text) == before
    assert ours.index["injury"].text != "Licensed words?", "ours come back"


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(catalogue.list_tool_ids()), st.text(min_size=1, max_size=10))
def test_no_pack_can_reach_the_logic(tool_id: str, words: str) -> None:
    ours = catalogue.load_tool(tool_id)
    texts = {key: words + text for key, text in collect_texts(ours).items()}
    whole = pack(tool=tool_id, version=ours.version, kind="language", texts=texts, expires=None)
    theirs = apply_pack(whole, ours, on=ON)
    assert collect_texts(theirs) == texts
    for link_id, item in ours.index.items():
        other = theirs.index[link_id]
        assert (other.type, other.required, other.enable_when, other.states, other.repeats) == (
            item.type, item.required, item.enable_when, item.states, item.repeats,
        )  # fmt: skip
        assert [option.code for option in other.options] == [option.code for option in item.options]
    assert (theirs.scales == ours.scales) or all(
        (a.id, a.items, a.counts) == (b.id, b.items, b.counts)
        for a, b in zip(theirs.scales, ours.scales, strict=True)
    )


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"expires": date(2026, 11, 21)}, "expired"),
        ({"tool": "risk-27"}, "other-tool"),
        ({"version": "0.9.0"}, "other-version"),
        ({"texts": {"item.no-such.text": "x"}}, "unknown-keys"),
        ({"kind": "language"}, "missing-keys"),
        ({"texts": {"route.visible-high-risk.met": "no places"}}, "other-places"),
    ],
)
def test_a_pack_that_does_not_fit_is_refused_with_its_reason(parts: dict[str, object], code: str) -> None:
    with pytest.raises(PackRefused, match=code):
        apply_pack(pack(**parts), catalogue.load_tool("risk-24"), on=ON)


def test_a_pack_is_good_on_its_last_day() -> None:
    assert (
        apply_pack(pack(expires=ON), catalogue.load_tool("risk-24"), on=ON).index["injury"].text
        == "Licensed words?"
    )


def test_a_pack_file_is_read_and_told_its_faults() -> None:
    good = """
[pack]
id = "made-up"
kind = "wording"
tool = "risk-24"
version = "1.0.0"
holder = "Made-up Trust"
licence = "By letter of 1 November 2026"
expires = "2027-03-31"

[text]
injury = "Licensed words?"
"""
    found, faults = read_pack(good)
    assert faults == ()
    assert found is not None
    assert found.texts == {"item.injury.text": "Licensed words?"}
    bad, faults = read_pack(good.replace('holder = "Made-up Trust"\n', "").replace("2027-03-31", "soon"))
    assert bad is None
    assert {fault.sentence for fault in faults} == {
        "holder is missing.", "expires must be a day, such as 2027-03-31.",
    }  # fmt: skip
