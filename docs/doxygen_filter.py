#!/usr/bin/env python3
"""Turns a header of ours into one that Doxygen reads.

The headers are written for people: plain comments, and one comment for several declarations that
stand together. Doxygen wants its own marks and a comment for each.
"""
import re
import sys

TRAILING = re.compile(r"^(.*\S.*?)(\s+)/\* ")
SECTION = re.compile(r"^/\* -{4}")
DECLARATION = re.compile(r"^\s*(PUSHER_API|typedef|#define)\b")


def mark(line):
    """The line with Doxygen's mark where a comment begins."""
    if SECTION.match(line):
        return line
    stripped = line.lstrip()
    if stripped.startswith("/* "):
        return line.replace("/* ", "/** ", 1)
    return TRAILING.sub(r"\1\2/**< ", line)


def repeat_comments(lines):
    """Gives each declaration of a paragraph the comment that stands above the first."""
    comment, reading, fresh = [], False, False
    for line in lines:
        if not line.strip():
            comment = []
        if line.startswith("/**"):
            comment, reading, fresh = [], True, True
        if reading:
            comment.append(line)
            reading = "*/" not in line
        elif DECLARATION.match(line):
            if comment and not fresh:
                yield from comment
            fresh = False
        yield line


def main():
    with open(sys.argv[1], encoding="utf-8") as header:
        lines = header.read().split("\n")
    lines[0] = lines[0].replace("/* ", "/** @file\n * ", 1)
    print("\n".join(repeat_comments([mark(line) for line in lines])))


if __name__ == "__main__":
    main()
