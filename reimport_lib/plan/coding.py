"""What a code is: a word, a sentence, what to do about it, and who has to. Pure."""

from __future__ import annotations

from enum import StrEnum


class ToDo(StrEnum):
    """What is to be done about a row: it stays out, is doubted, or stays after all."""

    FIX = "fix in FileMaker"
    DECIDE = "decide here"
    ELSEWHERE = "mend elsewhere"
    EXPECTED = "expected"
    NOTHING = "nothing to do"


class Told(StrEnum):
    """A code with the sentence a reader sees, a remedy, and what is to be done."""

    sentence: str
    remedy: str
    action: ToDo

    def __new__(cls, code: str, sentence: str, remedy: str, action: ToDo) -> Told:
        member = str.__new__(cls, code)
        member._value_ = code
        member.sentence = sentence
        member.remedy = remedy
        member.action = action
        return member
