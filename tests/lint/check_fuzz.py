#!/usr/bin/env python3
"""Fails when a fuzz target lacks what belongs to it: a place in fuzz/CMakeLists.txt, seeds in fuzz/corpus, a line in
docs/fuzzing.md; and when there are seeds or a dictionary without a target.

    check_fuzz.py ROOT         checks fuzz/ below ROOT
    check_fuzz.py --self-test  checks the checker
"""
import pathlib
import re
import sys


def complaints_of(targets, built, seeds, documented, dictionaries, script):
    """`seeds` has the number of a folder's files."""
    for name in sorted(targets):
        if name not in built:
            yield f"fuzz/fuzz_{name}.c is not in fuzz/CMakeLists.txt"
        if not seeds.get(name):
            yield f"fuzz/corpus/{name} has no seed"
        if name not in documented:
            yield f"docs/fuzzing.md does not tell of {name}"
    for name in sorted(set(seeds) - targets):
        yield f"fuzz/corpus/{name} is of no target"
    for name in sorted(dictionaries):
        if f"echo {name}" not in script:
            yield f"fuzz/dict/{name}.dict is used by no target of scripts/fuzz.sh"


def self_test():
    good = ({"a"}, {"a"}, {"a": 1}, {"a"}, {"json"}, "a) echo json ;;")
    assert not list(complaints_of(*good))
    for position, bad in enumerate([{"a", "b"}, set(), {"a": 0}, set(), {"other"}, ""]):
        changed = list(good)
        changed[position] = bad
        assert list(complaints_of(*changed)), position
    assert list(complaints_of(*good[:2], {"a": 1, "b": 1}, *good[3:]))


def main(root):
    root = pathlib.Path(root)
    fuzz = root / "fuzz"
    complaints = list(complaints_of(
        {path.stem[len("fuzz_"):] for path in fuzz.glob("fuzz_*.c")},
        set(re.findall(r"pusher_fuzz_target\((\w+)", (fuzz / "CMakeLists.txt").read_text())),
        {path.name: len(list(path.iterdir())) for path in (fuzz / "corpus").iterdir()
         if path.is_dir()},
        set(re.findall(r"`(\w+)`", (root / "docs/fuzzing.md").read_text())),
        {path.stem for path in (fuzz / "dict").glob("*.dict")},
        (root / "scripts/fuzz.sh").read_text()))
    print("\n".join(complaints))
    return 1 if complaints else 0


if sys.argv[1:] == ["--self-test"]:
    self_test()
    sys.exit(0)
sys.exit(main(sys.argv[1]))
