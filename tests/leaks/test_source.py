"""What the source of Wren may not do: rules read from its syntax, each shown to catch a planted fault.

A rule looks at one module and names the lines that break it. Where a module has leave to do what the
others may not, it is named here with the reason.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
MODULES = [
    "main.py",
    *sorted(
        path.relative_to(ROOT).as_posix()
        for room in ("app", "assessments", "sync")
        for path in (ROOT / room).rglob("*.py")
    ),
]
Rule = Callable[[str, ast.Module], Iterator[ast.AST]]

FIELDS = "app/kit/forms/fields.py"
SEALING = "assessments/crypto/sealing.py"


def _named(node: ast.AST) -> str:
    """The last word of a name: `TextField` of `ft.TextField`."""
    match node:
        case ast.Attribute(attr=word) | ast.Name(id=word) | ast.alias(name=word):
            return word.rpartition(".")[2]
        case ast.Call(func=called):
            return _named(called)
        case ast.Subscript(value=inner):
            return _named(inner)
    return ""


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _imports(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def _is_constant(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant)


# Free text goes through one field.

TYPED_INTO = {
    "TextField", "CupertinoTextField", "SearchBar", "CupertinoSearchTextField", "AutoComplete",
    "CodeEditor", "TextFormField", "FormFieldControl",
}  # fmt: skip
QUIET = {
    "autocorrect": False,
    "enable_suggestions": False,
    "enable_ime_personalized_learning": False,
    "smart_dashes_type": False,
    "smart_quotes_type": False,
}
LEARNT_FROM = {"autofill_hints", "AutofillGroup", "AutofillHint", "capitalization"}


def one_field(path: str, tree: ast.Module) -> Iterator[ast.AST]:
    """Only the kit's field is typed into, it is quiet, and no list can be typed into either."""
    for node in ast.walk(tree):
        if _named(node) in TYPED_INTO and not isinstance(node, ast.Call) and path != FIELDS:
            yield node
        if _named(node) in LEARNT_FROM and not isinstance(node, ast.Call):
            yield node
        if isinstance(node, ast.keyword) and node.arg in LEARNT_FROM | {"editable"}:
            yield node
    for call in _calls(tree):
        if _named(call) in TYPED_INTO:
            given = {word.arg: word.value for word in call.keywords}
            if any(not _is_false(given.get(name)) for name in QUIET):
                yield call


def _is_false(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


# Nothing is copied, and nothing is kept outside the store.


COPIERS = {
    "app/features/recovery/view.py": "a request to be let in again, which is sealed and is to be passed on"
}


def no_copying(path: str, tree: ast.Module) -> Iterator[ast.AST]:
    """Nobody writes to the clipboard or shares, and what is shown cannot be selected."""
    if path in COPIERS:
        return
    for node in ast.walk(tree):
        name = _named(node) if not isinstance(node, ast.Call) else ""
        if "clipboard" in name.lower() or name in ("SelectionArea", "Share"):
            yield node
        if isinstance(node, ast.keyword) and node.arg == "selectable":
            yield node


KEPT_BY_FLET = {"client_storage", "shared_preferences", "SharedPreferences", "session_storage", "pubsub"}


def no_flet_storage(_path: str, tree: ast.Module) -> Iterator[ast.AST]:
    """Flet's own stores are in clear, and its message board is heard in every tab."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) and _named(node) in KEPT_BY_FLET:
            yield node
        if isinstance(node, ast.Attribute) and ast.unparse(node).endswith("session.store"):
            yield node


WRITERS = {
    "assessments/store/durable_files.py": "folders and whole files, for their owner only",
    "assessments/store/database.py": "the database file, made for its owner only",
    "assessments/store/access/device.py": "the key files",
    "assessments/store/attachments/attachments.py": "sealed attachments; a plain file is overwritten",
    "assessments/store/salvage/salvage.py": "damaged files set aside whole",
    "app/core/device/selftest.py": "asks SQLite for its version; writes nothing",
    "sync/service/embedded_postgres.py": "the embedded PostgreSQL, its programs and its folders",
    "sync/service/service_keys.py": "the service's keys",
    "app/core/runtime.py": "wording packs: published words, no person's",
    "app/cli/demo.py": "makes the folder that the demo runs in",
    "app/cli/output.py": "writes a tool, or a sealed request or answer for recovery, where it was asked for",
    "app/kit/logs.py": "empties the file of what was printed",
}
_WRITE_VERBS = {
    "write_text", "write_bytes", "fdopen", "mkstemp", "mkdtemp", "NamedTemporaryFile", "TemporaryFile",
    "TemporaryDirectory", "SpooledTemporaryFile", "copyfile", "copy2", "copytree", "truncate", "rename",
    "symlink_to", "hardlink_to", "touch", "mkdir", "dump",
}  # fmt: skip
_READ_MODES = {"r", "rb", "rt"}


def one_writer(path: str, tree: ast.Module) -> Iterator[ast.AST]:
    """Files are made by the store and by a few others that have nothing of a person in hand."""
    if path in WRITERS:
        return
    for call in _calls(tree):
        if _named(call) in _WRITE_VERBS:
            yield call
        if _named(call) == "open" and _opens_to_write(call):
            yield call
    for node, name in _imports(tree):
        if name.partition(".")[0] in (
            "tempfile",
            "shutil",
            "shelve",
            "sqlite3",
            "mmap",
        ) and not path.startswith("assessments/store/"):
            yield node


def _opens_to_write(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Attribute) and _named(call.func.value) == "os":
        return not any("O_RDONLY" in ast.unparse(one) for one in call.args)
    modes = [
        one.value for one in ast.walk(call) if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]
    plain = isinstance(call.func, ast.Name)
    if plain and not modes:
        return False
    return any(set(mode) <= set("rwxabt+") and mode not in _READ_MODES and len(mode) <= 3 for mode in modes)


# Logs and errors.

# What may be filled into a line of a log, as it is written in the source: names of code, codes, numbers.
LOGGED = {"name", "held", "code", "type(error).__name__", "type(fault).__name__", "error_location(error)"}
PRINTERS = {"app/cli/output.py", "app/cli/fhir.py", "app/cli/packs.py", "app/cli/tools.py",
            "app/cli/device.py", "app/cli/demo.py"}  # fmt: skip
_LEVELS = {"debug", "info", "warning", "error", "critical", "log", "exception", "warn"}
_PRINT_VERBS = {
    "print", "pprint", "breakpoint", "print_exc", "print_exception", "format_exc", "print_stack",
    "format_exception", "warn", "show_locals",
}  # fmt: skip
_TALKERS = {"cgitb", "pdb", "pprint", "rich", "icecream", "loguru", "structlog"}


def codes_in_logs(path: str, tree: ast.Module) -> Iterator[ast.AST]:
    """A line of a log is a constant code, filled with names of code and numbers. Nothing else prints."""
    loggers = {"logging", "logger", "log", "_log"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and _named(node.value) == "getLogger":
            loggers |= {_named(target) for target in node.targets}
            if not _is_own_logger(node.value):
                yield node
    for call in _calls(tree):
        on = _named(call.func.value) if isinstance(call.func, ast.Attribute) else ""
        if on in loggers and _named(call) in _LEVELS:
            if _says_more(call):
                yield call
        elif _prints(path, call):
            yield call
    for node, name in _imports(tree):
        if name.partition(".")[0] in _TALKERS or (name.startswith("traceback") and path != "app/kit/logs.py"):
            yield node


def _prints(path: str, call: ast.Call) -> bool:
    name = _named(call)
    if name in ("echo", "secho"):
        return path not in PRINTERS
    if name == "write":
        return "std" in ast.unparse(call.func) and path != "app/kit/logs.py"
    return name in _PRINT_VERBS


def _is_own_logger(call: ast.expr) -> bool:
    assert isinstance(call, ast.Call)
    return all(isinstance(one, ast.Constant) and str(one.value).startswith("wren.") for one in call.args)


def _says_more(call: ast.Call) -> bool:
    return (
        _named(call) in ("exception", "log", "warn")
        or bool(call.keywords)
        or not call.args
        or not _is_constant(call.args[0])
        or any(ast.unparse(one) not in LOGGED for one in call.args[1:])
    )


def quiet_errors(_path: str, tree: ast.Module) -> Iterator[ast.AST]:
    """The words of an error are constant; a built-in error says nothing, or a sentence of the source."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            called, words = _named(node.exc), node.exc.args
            built_in = isinstance(getattr(__builtins__, called, None), type) or called.endswith("Error")
            if built_in and any(not _is_constant(one) and ast.unparse(one) != "code" for one in words):
                yield node
        if isinstance(node, ast.Assert):
            yield node  # its words are the expression's values in some runners, and it can be switched off


# Titles and addresses.


def neutral_names(path: str, tree: ast.Module) -> Iterator[ast.AST]:
    """The title is the app's name, the address stays "/", and nothing is opened, shared or notified."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                named = isinstance(target, ast.Attribute) and target.attr in ("title", "route")
                if named and not _is_constant(node.value) and ast.unparse(node.value) != "APP_NAME":
                    yield node
        if isinstance(node, ast.Call):
            given = {word.arg: word.value for word in node.keywords}
            route = given.get("route", ast.Constant("" if _named(node) == "View" else "/"))
            if ast.unparse(route) != "'/'":
                yield node
            if _named(node) in ("push_route", "launch_url", "UrlLauncher", "notify", "Notification"):
                yield node


# Randomness and comparing.


def one_source_of_chance(path: str, tree: ast.Module) -> Iterator[ast.AST]:
    """Keys, salts, codes and waits come from the operating system by way of `sealing`; ids by uuid4."""
    for node, name in _imports(tree):
        if name.partition(".")[0] in ("random", "secrets", "numpy"):
            yield node
    for node in ast.walk(tree):
        name = "" if isinstance(node, ast.Call) else _named(node)
        if name in ("uuid1", "uuid3", "uuid5", "uuid6", "uuid7", "uuid8", "getrandom", "SystemRandom"):
            yield node
        if name == "urandom" and path != SEALING:
            yield node


HASHES = {
    "digest", "hashed", "mac", "tag", "commitment", "signature", "checksum", "fingerprint", "token",
    "secret", "passphrase", "pin", "check_code", "spoken_code", "devsec", "udk",
}  # fmt: skip
# Public, and compared to find the right tool or row: nobody can guess towards it.
COMPARED = {
    "app/features/start/view.py": "what one person typed twice",
    "app/features/recovery/update.py": "what one person typed twice",
    "assessments/store/access/passphrase_policy.py": "whether a new PIN repeats itself",
    "assessments/definitions/catalogue.py": "the content hash of a published tool",
}


def constant_time(path: str, tree: ast.Module) -> Iterator[ast.AST]:
    """Digests, tags, codes and secrets are compared by `sealing.same`, in constant time."""
    if path in COMPARED:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            sides = [node.left, *node.comparators]
            parts = [p for side in sides for p in (side.elts if isinstance(side, ast.Tuple) else [side])]
            compared = any(_named(part) in HASHES for part in parts)
            if compared and not any(_is_constant(part) for part in parts):
                yield node


RULES: list[Rule] = [
    one_field, no_copying, no_flet_storage, one_writer, codes_in_logs, quiet_errors, neutral_names,
    one_source_of_chance, constant_time,
]  # fmt: skip


def faults(rule: Rule, path: str, source: str) -> list[str]:
    found = rule(path, ast.parse(source))
    return [f"{path}:{getattr(node, 'lineno', '?')}: {ast.unparse(node)[:90]}" for node in found]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_module_keeps_the_rule(rule: Rule) -> None:
    assert [fault for path in MODULES for fault in faults(rule, path, (ROOT / path).read_text("utf-8"))] == []


PLANTED = [
    (one_field, "ft.TextField(value='')"),
    (one_field, "from flet import SearchBar"),
    (one_field, "field = ft.CupertinoTextField"),
    (one_field, "ft.Dropdown(editable=True)"),
    (one_field, "options = dict(autofill_hints=[ft.AutofillHint.NAME])"),
    (no_copying, "ft.Text(words, selectable=True)"),
    (no_copying, "await page.clipboard.set(words)"),
    (no_copying, "ft.SelectionArea(content=column)"),
    (no_flet_storage, "page.client_storage.set('name', name)"),
    (no_flet_storage, "await ft.SharedPreferences().set('last', who)"),
    (no_flet_storage, "page.session.store.set('name', name)"),
    (one_writer, "Path('notes.txt').write_text(words)"),
    (one_writer, "open(path, 'w').write(words)"),
    (one_writer, "path.open('ab')"),
    (one_writer, "os.open(path, os.O_WRONLY)"),
    (one_writer, "import tempfile"),
    (one_writer, "json.dump(record, file)"),
    (codes_in_logs, "print(person.name)"),
    (codes_in_logs, "log = logging.getLogger('wren.app')\nlog.warning(f'lost {person}')"),
    (codes_in_logs, "log = logging.getLogger('wren.app')\nlog.warning('lost %s', error)"),
    (codes_in_logs, "log = logging.getLogger('wren.app')\nlog.exception('lost')"),
    (codes_in_logs, "log = logging.getLogger('wren.app')\nlog.error('lost', exc_info=True)"),
    (codes_in_logs, "from app.kit.controls.fault_boundary import log\nlog.info(words)"),
    (codes_in_logs, "logging.info(str(record))"),
    (codes_in_logs, "log = logging.getLogger('flet')"),
    (codes_in_logs, "sys.stderr.write(words)"),
    (codes_in_logs, "import traceback"),
    (codes_in_logs, "from rich.traceback import install"),
    (codes_in_logs, "typer.echo(words)"),
    (quiet_errors, "raise ValueError(f'no such person: {name}')"),
    (quiet_errors, "raise KeyError(name)"),
    (quiet_errors, "assert person.name"),
    (neutral_names, "page.title = household.name"),
    (neutral_names, "page.route = f'/child/{name}'"),
    (neutral_names, "ft.View(route=f'/child/{name}')"),
    (neutral_names, "page.launch_url(address)"),
    (one_source_of_chance, "import random"),
    (one_source_of_chance, "from secrets import token_hex"),
    (one_source_of_chance, "key = os.urandom(32)"),
    (one_source_of_chance, "made = uuid.uuid1()"),
    (constant_time, "if entry.digest == sent.digest: pass"),
    (constant_time, "same = (one.id, one.digest) != (two.id, other)"),
    (constant_time, "if sealing.digest(body) != given: pass"),
]


@pytest.mark.parametrize(("rule", "source"), PLANTED)
def test_a_planted_fault_is_caught(rule: Rule, source: str) -> None:
    assert faults(rule, "app/features/planted.py", source)


@pytest.mark.parametrize("missing", QUIET)
def test_the_one_field_must_be_quiet_in_every_way(missing: str) -> None:
    source = (ROOT / FIELDS).read_text("utf-8")
    assert faults(one_field, FIELDS, source.replace(f"{missing}=False", f"{missing}=True"))
    assert faults(one_field, FIELDS, source.replace(f"{missing}=False,", ""))


@pytest.mark.parametrize("allowed", [WRITERS, COMPARED])
def test_leave_is_given_to_modules_that_exist(allowed: dict[str, str]) -> None:
    assert [path for path in [*allowed, *PRINTERS] if not (ROOT / path).is_file()] == []
