#!/usr/bin/env python3
"""Fails where docs/security.md names a test that does not exist, or a threat without any.

    check_security.py ROOT         checks docs/security.md below ROOT
    check_security.py --self-test  checks the checker

Each row of a table there ends with a cell of tests: a file (`test_x.c`, `x.test.mjs`, a transcript
`folder/x.txt`, a target of make) and behind it, where there are more in it, the names of those that are meant.
"""
import pathlib
import re
import sys

SPAN = re.compile(r"`([^`]+)`")
FILE = re.compile(r"[\w/.-]+\.(?:c|mjs|ts|txt|py)")


def rows_of(page):
    """(threat, cell of tests) for each row of the tables whose last column is called `tests`."""
    inside = False
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")] if line.startswith("|") else []
        if not cells:
            inside = False
        elif cells[-1].strip(" |") == "tests":
            inside = True
        elif inside and not set(cells[0]) <= set("-|: "):
            yield cells[0], cells[-1].strip(" |")


def is_test(kind, text, name):
    """Whether a file of this kind has a test of this name, which is also run."""
    quoted = re.escape(name)
    if kind == ".c":
        return bool(re.search(rf"^static void {quoted}\(void \*\*state\)", text, re.MULTILINE)
                    and re.search(rf"\b(?!void )\w+\(\s*{quoted}\s*[,)]", text.split("\nint main", 1)[-1]))
    plain = text.replace("\\'", "'")
    return bool(re.search(rf"\b(?:test|it)\(\s*(['\"`]){quoted}\1", plain))


def tests_below(root):
    """{how the page calls a file: its path}"""
    found = {}
    for pattern in ("tests/unit/**/test_*.c", "tests/e2e/*.test.mjs", "web/test/**/*.test.ts", "web/test/**/*.test.mjs",
                    "fuzz/fuzz_*.c", "tests/lint/check_*.py", "tests/consumers/check_*.py"):
        for path in root.glob(pattern):
            if "node_modules" not in path.parts:
                found.setdefault(path.name, []).append(path)
                found.setdefault(f"{path.parent.name}/{path.name}", []).append(path)
    for path in root.glob("tests/transcripts/*/*.txt"):
        found[f"{path.parent.name}/{path.name}"] = [path]
    return found


def complaints_of(threat, cell, files):
    path = None
    spans = SPAN.findall(cell)
    if not spans:
        yield f"'{threat}' has no test"
    for span in spans:
        if FILE.fullmatch(span):
            path = files.get(span, [None])[0]
            if not path:
                yield f"'{threat}': there is no file {span}"
            elif len(files[span]) > 1:
                yield f"'{threat}': there is more than one {span}; put its folder before it"
        elif path and not is_test(path.suffix, path.read_text(), span):
            yield f"'{threat}': {path.name} runs no test '{span}'"


def self_test():
    page = "| threat | what | tests |\n|---|---|---|\n| a `x` | b | `test_a.c` `one` |\n\n| d | e |\n|---|---|\n| f | g |\n"
    assert list(rows_of(page)) == [("a `x`", "`test_a.c` `one`")], list(rows_of(page))
    source = "static void one(void **state) {\n}\nstatic void two(void **state) {\n}\nint main(void) {\n    TEST(one),\n}\n"
    assert is_test(".c", source, "one") and not is_test(".c", source, "two")
    assert is_test(".mjs", "test('it\\'s', async", "it's") and not is_test(".mjs", "test('ab', x", "a")
    assert list(complaints_of("a", "nothing", {})) == ["'a' has no test"]
    assert list(complaints_of("a", "`test_b.c` `x`", {})) == ["'a': there is no file test_b.c"]


def main(arguments):
    if arguments == ["--self-test"]:
        self_test()
        return 0
    if len(arguments) != 1:
        sys.exit(__doc__)
    root = pathlib.Path(arguments[0])
    files = tests_below(root)
    rows = list(rows_of((root / "docs/security.md").read_text()))
    complaints = [complaint for threat, cell in rows for complaint in complaints_of(threat, cell, files)]
    if not rows:
        complaints.append("there is no table")
    for complaint in complaints:
        print(f"docs/security.md: {complaint}", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
