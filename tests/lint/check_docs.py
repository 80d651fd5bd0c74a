#!/usr/bin/env python3
"""Fails where the documentation says something else than the code.

    check_docs.py ROOT TABLES PUSHER            checks README.md and docs/ below ROOT
    check_docs.py ROOT TABLES PUSHER --write    writes the generated parts anew
    check_docs.py --self-test                   checks the checker

TABLES is the program option_tables, PUSHER the command. What stands between

    <!-- table: server -->   or   <!-- help: pusher serve -->   and   <!-- end -->

is generated: a table of option_tables, or what `pusher serve --help` prints. Besides,

  - links lead to files and headings that exist;
  - comments name sections of docs/protocol.md that exist, and pages name source files that exist;
  - every option of the command is in its manual page, every member of pusher_options in
    docs/client.md, of pusher_app_options in docs/server_side.md;
  - every option of the engine has a transcript that sets it, which the table names, and every member
    of these structs occurs in a test;
  - the examples in README.md and docs/server_side.md are those of the headers.
"""
import pathlib
import re
import subprocess
import sys

BLOCK = re.compile(r"(<!-- (table|help): ([\w ]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)]*))?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
SOURCE_FILE = re.compile(r"`(?:[\w-]+/)*([\w-]+\.(?:c|h|py))`")
REFERENCE = re.compile(r'docs/protocol\.md,((?:[\s*,]*"[^"]+")+)')
LONG_OPTION = re.compile(r"^ {2,6}(?:-\w, )?(--[a-z-]+)", re.MULTILINE)
MEMBER = re.compile(r"(\w+);")
# Headers that begin with an example: the struct of their options, the page that explains these and the
# one that shows the example.
LIBRARIES = [
    ("pusher.h", "pusher_options", "docs/client.md", "README.md"),
    ("server.h", "pusher_app_options", "docs/server_side.md", "docs/server_side.md"),
]
OPTION_LINE = re.compile(r"^(?:option|without) (\S+)", re.MULTILINE)
TESTS_OF = re.compile(r"\{tests (\S+)\}")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def options_of_transcript(text):
    return set(OPTION_LINE.findall(text))


def transcripts_by_option(root):
    """For each option the transcripts in the folder `options` that set it; else others that do."""
    found = {}
    folder = root / "tests/transcripts"
    for own in (True, False):
        for path in sorted(folder.glob("*/*.txt")):
            if (path.parent.name == "options") != own:
                continue
            for option in options_of_transcript(path.read_text()):
                if own:
                    found.setdefault(option, []).append(path.stem)
                else:
                    found.setdefault(option, [f"{path.parent.name}/{path.stem}"])
    return found


def with_tests(table, transcripts):
    """The table with the names of the transcripts in the places that wait for them."""
    return TESTS_OF.sub(lambda place: " ".join(f"`{name}`" for name in transcripts.get(place[1], [])),
                        table)


def generated(kind, name, programs):
    """What belongs between the marks."""
    if kind == "table":
        return with_tests(output_of(programs["tables"], name), programs["transcripts"])
    words = name.split()
    return "```\n" + output_of(programs["pusher"], *words[1:], "--help") + "```\n"


def renew(text, make):
    """The text with its generated parts as `make(kind, name)` gives them."""
    return BLOCK.sub(lambda block: block[1] + make(block[2], block[3]) + block[5], text)


def pages(root):
    return [root / "README.md", *sorted((root / "docs").glob("*.md")), root / "CONTRIBUTING.md",
            root / "SECURITY.md", root / "CHANGELOG.md"]


def check_generated(root, programs, write):
    for page in pages(root):
        text = page.read_text()
        fresh = renew(text, lambda kind, name: generated(kind, name, programs))
        if fresh == text:
            continue
        if write:
            page.write_text(fresh)
            print(f"docs: wrote {page.relative_to(root)}")
        else:
            yield f"{page.name}: a generated part is out of date; `make docs` writes it anew"


def check_option_tests(programs):
    for option in output_of(programs["tables"], "option_names").split():
        if option not in programs["transcripts"]:
            yield f"no transcript below tests/transcripts/options sets the option {option}"


def options_of_libraries(root):
    """(struct, member, page) for each option of either library."""
    for header, struct, page, _ in LIBRARIES:
        for member in members_of((root / "include/pusher" / header).read_text(), struct):
            yield struct, member, page


def check_member_tests(root):
    words = set()
    for path in (root / "tests").rglob("*.c"):
        words.update(re.findall(r"(?:\.|->)(\w+)", path.read_text()))
    for struct, member, _ in options_of_libraries(root):
        if member not in words:
            yield f"no test uses the option {member} of {struct}"


def headings_of(text):
    return set(HEADING.findall(text))


def anchors_of(text):
    """The anchors that a heading gets where the pages are shown."""
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings_of(text)}


def check_links(root):
    for page in pages(root):
        for target, anchor in LINK.findall(page.read_text()):
            path = page.parent / target if target else page
            if not path.exists():
                yield f"{page.name}: the link to {target} leads nowhere"
            elif anchor and anchor not in anchors_of(path.read_text()):
                yield f"{page.name}: {path.name} has no heading for #{anchor}"


def check_files(root):
    folders = ("fuzz", "include", "src", "tests/lint", "tests/sim", "tests/torture", "tests/unit", "web/wasm")
    known = {path.name for folder in folders for path in (root / folder).rglob("*.*")}
    for page in pages(root):
        for name in SOURCE_FILE.findall(page.read_text()):
            if name not in known:
                yield f"{page.name}: there is no file {name}"


def references_of(source):
    """The sections of docs/protocol.md that the comments name."""
    return [re.sub(r"[\s*]+", " ", name)
            for names in REFERENCE.findall(source) for name in re.findall('"([^"]+)"', names)]


def check_references(root):
    headings = headings_of((root / "docs/protocol.md").read_text())
    for folder in ("include", "src", "tests/unit"):
        for source in sorted((root / folder).rglob("*.[ch]")):
            for name in references_of(source.read_text()):
                if name not in headings:
                    yield f'{source.relative_to(root)}: docs/protocol.md has no section "{name}"'


def options_of(help_text):
    return set(LONG_OPTION.findall(help_text)) - {"--help"}


def check_manual_pages(root, programs):
    for page in sorted((root / "docs/man").glob("pusher-*.scd")):
        verb = page.name.split(".")[0].removeprefix("pusher-")
        text = page.read_text()
        for option in sorted(options_of(output_of(programs["pusher"], verb, "--help"))):
            if not re.search(rf"\*{option}\*", text):
                yield f"docs/man/{page.name}: {option} is missing"


def members_of(header, struct):
    body = header.split(f"typedef struct {struct} {{")[1].split(f"}} {struct};")[0]
    return MEMBER.findall(COMMENT.sub("", body))


def check_member_pages(root):
    for _, member, page in options_of_libraries(root):
        if f"`{member}`" not in (root / page).read_text():
            yield f"{page}: the option {member} is missing"


def example_of(header):
    """The program in the header's first comment."""
    lines = header.split("\n *\n * Conventions")[0].split("\n")
    lines = lines[lines.index(" *") + 1:]
    return "\n".join(line[7:] for line in lines).strip()


def check_examples(root):
    for header, _, _, page in LIBRARIES:
        example = example_of((root / "include/pusher" / header).read_text())
        if f"```c\n{example}\n```" not in (root / page).read_text():
            yield f"{page}: the example is not the one of include/pusher/{header}"


def self_test():
    text = "a\n<!-- table: x -->\nold\n<!-- end -->\nb\n<!-- help: pusher y -->\n<!-- end -->\n"
    fresh = renew(text, lambda kind, name: f"{kind} of {name}\n")
    assert fresh == ("a\n<!-- table: x -->\ntable of x\n<!-- end -->\nb\n<!-- help: pusher y -->\n"
                     "help of pusher y\n<!-- end -->\n"), fresh
    links = LINK.findall("[a](b.md#c) [d](https://e) [f](#g) [h](../i)")
    assert links == [("b.md", "c"), ("", "g"), ("../i", "")], links
    assert anchors_of("# A\n## TLS: behind `--a`\n") == {"a", "tls-behind---a"}
    assert references_of('/* (docs/protocol.md, "A",\n * "B\n * c"). "D" */') == ["A", "B c"]
    assert options_of("Usage:\n  -q, --quiet  No\n      --app-id ID\n  -h, --help\n  see --not\n") \
        == {"--quiet", "--app-id"}
    assert SOURCE_FILE.findall("`a.c`, `src/core/b.h`, c.c `d.txt`") == ["a.c", "b.h"]
    assert options_of_transcript("# option a\noption b 7\nwithout c\nconnect option d\n") == {"b", "c"}
    assert with_tests("| {tests b} | {tests d} |", {"b": ["x/y", "z"]}) == "| `x/y` `z` |  |"
    header = ("/* one\n *\n *     #include <x>\n *\n *     int main(void);\n *\n * Conventions */\n"
              "typedef struct s {\n    int a; /* b; */\n    const char *c;\n} s;\n")
    assert example_of(header) == "#include <x>\n\nint main(void);", example_of(header)
    assert members_of(header, "s") == ["a", "c"], members_of(header, "s")


def main(arguments):
    if arguments == ["--self-test"]:
        self_test()
        return 0
    write = arguments[-1:] == ["--write"]
    if len(arguments) - write != 3:
        sys.exit(__doc__)
    root = pathlib.Path(arguments[0])
    programs = {"tables": arguments[1], "pusher": arguments[2],
                "transcripts": transcripts_by_option(root)}
    complaints = [*check_generated(root, programs, write), *check_links(root),
                  *check_references(root), *check_files(root),
                  *check_manual_pages(root, programs), *check_member_pages(root),
                  *check_option_tests(programs), *check_member_tests(root),
                  *check_examples(root)]
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
