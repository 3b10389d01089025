"""What an expression of the source says, with names for what is not written there.

Pure; imports nothing of this package.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

Look = Callable[[str], ast.expr | None]
"""What a name is set to, where that is known."""

_NUMBERS = frozenset("len sum int count total".split())
_SOMETIMES = frozenset("did_you_mean nearest _nearest".split())
_AS_THEY_ARE = frozenset("str repr sorted shortened quoted _quoted list".split())
_WORDS = {
    **dict.fromkeys(("strerror", "of_error", "in_text", "exc"), "reason"),
    "__name__": "kind",
    "returncode": "number",
    "place_of": "kind of error, and its place in the program",
}
_DEEPEST = 3


def wording(node: ast.expr | None, look: Look, deep: int = 0) -> str:
    """
    The text that *node* makes, such as ``{name}: holds no records.``

    A name in braces stands for what is put in there; of two texts both are given.
    """
    match node:
        case None:
            return ""
        case ast.Constant(value=value):
            return str(value)
        case ast.JoinedStr(values=parts):
            return "".join(wording(part, look, deep) for part in parts)
        case ast.FormattedValue(value=value, format_spec=spec):
            is_number = spec is not None and "," in ast.unparse(spec)
            return "{number}" if is_number else wording(value, look, deep)
        case ast.BinOp(left=left, op=ast.Add(), right=right) if is_text(node):
            return wording(left, look, deep) + wording(right, look, deep)
        case ast.IfExp(body=body, orelse=other):
            both = (wording(body, look, deep), wording(other, look, deep))
            return " / ".join(dict.fromkeys(filter(None, both)))
        case ast.Name(id=word) if deep < _DEEPEST and (value := look(word)):
            return wording(value, look, deep + 1)
        case ast.Call(func=func, args=args):
            return _of_call(last_name(func), args)
    return f"{{{_called(node)}}}"


def is_text(node: ast.expr) -> bool:
    """Whether *node* makes a text, as far as it can be seen."""
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return True
        case ast.BinOp(left=left, right=right):
            return is_text(left) or is_text(right)
        case ast.IfExp(body=body, orelse=other):
            return is_text(body) and is_text(other)
    return False


def last_name(node: ast.AST) -> str:
    """``c`` of ``a.b.c``; "" of what has no name."""
    match node:
        case ast.Name(id=word):
            return word
        case ast.Attribute(attr=word):
            return word
    return ""


def _of_call(called: str, args: list[ast.expr]) -> str:
    words = [arg.value for arg in args if isinstance(arg, ast.Constant)]
    if called in _SOMETIMES:
        return ""
    if called == "several":
        many = words[1] if len(words) > 1 else f"{words[0]!s}s"
        return f"{{number}} {many!s}"
    if called == "verb":
        return str(words[1])
    if called == "join":
        return f"{{{_called(args[0])}}}"
    return f"{{{_called_by(called, args)}}}"


def _called_by(called: str, args: list[ast.expr]) -> str:
    if called in _NUMBERS:
        return "number"
    if called in _AS_THEY_ARE and args:
        return _called(args[0])
    if called == "map":
        return _called(args[1])
    return _plain(called)


def _called(node: ast.expr) -> str:
    """A word for what *node* is."""
    match node:
        case ast.Name(id=word):
            return _plain(word)
        case ast.Attribute(value=of, attr="name"):
            return _called(of)
        case ast.Attribute(attr=word):
            return _plain(word)
        case ast.Subscript(slice=ast.Constant(value=str(word))):
            return _plain(word)
        case ast.Subscript(value=of):
            return _called(of)
        case ast.Call(func=func, args=args):
            return _called_by(last_name(func), args)
        case ast.BoolOp(values=[first, *_]):
            return _called(first)
        case ast.BinOp():
            return "number"
        case ast.GeneratorExp(elt=each) | ast.ListComp(elt=each):
            return _called(each)
        case ast.Starred(value=of):
            return _called(of)
    return "..."


def _plain(word: str) -> str:
    """``run id`` of ``_run_id``."""
    return _WORDS.get(word, word.strip("_").replace("_", " ").lower())
