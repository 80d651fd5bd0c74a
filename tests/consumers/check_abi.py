#!/usr/bin/env python3
"""Fails where a shared library is not what programs have been built against.

    check_abi.py CC NM LIBRARY LIST HEADER...           compares with the list
    check_abi.py CC NM LIBRARY LIST HEADER... --write   writes the list anew
    check_abi.py --self-test                            checks the checker

The list (tests/consumers/abi/) has a line for each symbol with its version and prototype, for each
public struct with its size, each of its members with offset, size and type, and each constant with its
value, as a small program tells them that the compiler makes of the headers. It is that of systems with
64-bit pointers.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
STRUCT = re.compile(r"typedef struct (\w+) \{(.*?)\} \1;", re.DOTALL)
ENUM = re.compile(r"enum\s*\w*\s*\{(.*?)\}", re.DOTALL)
PROTOTYPE = re.compile(r"^PUSHER_API\b(.*?);", re.DOTALL | re.MULTILINE)
CALLBACK = re.compile(r"typedef ([^;{]*?\(\*(\w+)\)[^;]*);", re.DOTALL)
MEMBER = re.compile(r"^(.*?)(\w+)(?:\[\w+\])?$", re.DOTALL)

WHAT_TO_DO = """
{list}: the library is not what the list says.

  A line with + only: something was added. Fine for functions (into the newest version of the .map file),
      for new structs, for constants at the end, and for members at the end of a struct that begins with its
      `size` (which changes the line of the struct's size, nothing else). Write the list anew.
  Another line with - : something that programs use is gone or is elsewhere now. A program that was built before
      would crash or misread. Undo that. If it has to be: SOVERSION (the major version in VERSION) goes up, and
      CHANGELOG.md says what programs have to change. Then write the list anew.

  To write it anew:  {command} --write
"""


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def words(text):
    """One line, with one blank where there were some."""
    return re.sub(r"\s*\*\s*", " *", re.sub(r"\s+", " ", text)).replace("( *", "(*").strip()


def structs_of(text):
    """{name: [(type, member)]}"""
    found = {}
    for name, body in STRUCT.findall(text):
        members = []
        for statement in body.split(";"):
            first, *more = [words(part) for part in statement.split(",")] if statement.strip() else [""]
            if not first:
                continue
            match = MEMBER.match(first)
            members.append((match[1].strip(), match[2]))
            members += [(match[1].strip(), other.lstrip("*")) for other in more]
        found[name] = members
    return found


def constants_of(text):
    entries = [words(entry) for body in ENUM.findall(text) for entry in body.split(",")]
    return [entry.split(" ")[0] for entry in entries if re.fullmatch(r"PUSHER_\w+( = .*)?", entry)]


def prototypes_of(text):
    """{function: prototype} and, under their names, the types of what programs are called by."""
    found = {}
    for prototype in PROTOTYPE.findall(text):
        prototype = words(prototype.replace("PUSHER_RESULT_MATTERS", ""))
        found[re.search(r"(\w+)\(", prototype)[1]] = prototype
    return found


def callbacks_of(text):
    return {name: words(declaration) for declaration, name in CALLBACK.findall(text)}


def error_codes_of(text):
    """The codes of error.h stand in an X-macro, with the value of each behind its name."""
    return [f"PUSHER_{name}" for name in re.findall(r"\bX\((?:PUSHER_)?([A-Z]\w+),", text)]


def program_for(headers, structs, constants):
    """A program that prints the lines for structs and constants."""
    lines = ["#include <stddef.h>", "#include <stdio.h>"]
    lines += [f'#include "{header}"' for header in headers]
    lines += ["int main(void) {"]
    for struct, members in structs.items():
        lines.append(f'    printf("struct {struct}: size %zu\\n", sizeof({struct}));')
        for kind, member in members:
            place = f"offsetof({struct}, {member}), sizeof((({struct} *)0)->{member})"
            lines.append(f'    printf("member {struct}.{member}: at %zu, size %zu, {kind}\\n", {place});')
    lines += [f'    printf("constant {name}: %lld\\n", (long long)({name}));' for name in constants]
    return "\n".join([*lines, "    return 0;", "}", ""])


def layout(compiler, headers, text):
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "layout.c")
        program = pathlib.Path(folder, "layout")
        source.write_text(program_for(headers, structs_of(text),
                                      [*constants_of(text), *error_codes_of(text)]))
        include = pathlib.Path(headers[0]).resolve().parent.parent
        subprocess.run([compiler, "-std=c11", f"-I{include}", "-o", str(program), str(source)], check=True)
        return output_of(str(program)).splitlines()


def symbols(nm, library, prototypes):
    for line in output_of(nm, "-D", "--defined-only", "--format=posix", library).splitlines():
        symbol, kind = line.split()[:2]
        if kind != "A":  # those are the names of the versions
            name = symbol.split("@")[0]
            yield f"symbol {symbol.replace('@@', '@')}: {prototypes.get(name, 'in no header')}"


def describe(compiler, nm, library, headers):
    headers = [str(pathlib.Path(header).resolve()) for header in headers]
    text = COMMENT.sub("", "\n".join(pathlib.Path(header).read_text() for header in headers))
    return [*sorted(symbols(nm, library, prototypes_of(text))),
            *(f"callback {name}: {declaration}" for name, declaration in callbacks_of(text).items()),
            *layout(compiler, headers, text)]


def compare(expected, found):
    """What differs, as lines with - and +."""
    return [*(f"- {line}" for line in expected if line not in set(found)),
            *(f"+ {line}" for line in found if line not in set(expected))]


def self_test():
    text = ("typedef struct s {\n    const char *ptr;\n    size_t len, more;\n    int t[4];\n} s;\n"
            "typedef enum e { PUSHER_A, PUSHER_B = 3 } e;\nPUSHER_API PUSHER_RESULT_MATTERS int\n"
            "f(int a,\n  s *b);\ntypedef void (*g)(int a,\n    void *b);\n")
    assert structs_of(text) == {"s": [("const char *", "ptr"), ("size_t", "len"), ("size_t", "more"),
                                      ("int", "t")]}, structs_of(text)
    assert constants_of(text) == ["PUSHER_A", "PUSHER_B"], constants_of(text)
    assert prototypes_of(text) == {"f": "int f(int a, s *b)"}, prototypes_of(text)
    assert callbacks_of(text) == {"g": "void (*g)(int a, void *b)"}, callbacks_of(text)
    assert compare(["a", "b"], ["b", "c"]) == ["- a", "+ c"]


def main(arguments):
    if arguments == ["--self-test"]:
        self_test()
        return 0
    write = arguments[-1:] == ["--write"]
    given = arguments[:-1] if write else arguments
    if len(given) < 5:
        sys.exit(__doc__)
    compiler, nm, library, path, *headers = given
    found = describe(compiler, nm, library, headers)
    if write:
        pathlib.Path(path).write_text("\n".join(found) + "\n")
        return 0
    differences = compare(pathlib.Path(path).read_text().splitlines(), found)
    if differences:
        print("\n".join(differences))
        print(WHAT_TO_DO.format(list=path, command=" ".join([sys.argv[0], *given])))
    print(f"{len(found)} lines")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
