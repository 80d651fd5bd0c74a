#!/usr/bin/env python3
"""The program in the first comment of pusher.h is the one in examples/five_lines.c.

    check_five_lines.py HEADER EXAMPLE
"""
import difflib
import re
import sys

FIRST_COMMENT = re.compile(r"/\*.*?\*/\n", flags=re.DOTALL)


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def shown(header):
    """What is indented in the header's first comment."""
    comment = FIRST_COMMENT.match(lines_of(header)).group()
    code = re.search(r"^ \*     #include.*?^ \*     }\n(?! \*     |\ \*\n \*     )", comment,
                     flags=re.DOTALL | re.MULTILINE).group()
    return re.sub(r"^ \* {0,5}", "", code, flags=re.MULTILINE).splitlines()


def main():
    in_header = shown(sys.argv[1])
    in_example = FIRST_COMMENT.sub("", lines_of(sys.argv[2]), count=1).splitlines()
    difference = list(difflib.unified_diff(in_header, in_example, *sys.argv[1:3], lineterm=""))
    print("\n".join(difference) or f"{len(in_header)} lines, the same")
    return 1 if difference or not in_header else 0


if __name__ == "__main__":
    sys.exit(main())
