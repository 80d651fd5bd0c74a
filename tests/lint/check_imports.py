#!/usr/bin/env python3
"""Fails when the sans-IO layers import anything but memory and string functions.

    check_imports.py NM ARCHIVE...

Takes the archives together: what one of them defines, the others may use. What is left undefined
is what a host without an operating system (WebAssembly, say) would have to provide.
"""
import re
import subprocess
import sys

ALLOWED = {"memchr", "memcmp", "memcpy", "memmove", "memset", "strchr", "strlen"}
# What compilers call on their own: bcmp stands for memcmp, the rest is stack protection, fortified
# copies, position independence and arithmetic that the processor lacks.
COMPILER = re.compile(
    r"bcmp$|__stack_chk_(fail|guard)$|__(memcpy|memmove|memset)_chk$|_GLOBAL_OFFSET_TABLE_$|"
    r"__aeabi_|__(u?div|u?mod|u?divmod|mul|ashl|ashr|lshr|popcount|clz|ctz)[sdt]i[234]$")


def symbols(nm, archive, kind):
    output = subprocess.run([nm, "--format=posix", kind, archive], check=True, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return {line.split()[0] for line in output.splitlines() if len(line.split()) >= 2}


def main(arguments):
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    nm, archives = arguments[0], arguments[1:]
    defined = set().union(*(symbols(nm, archive, "--defined-only") for archive in archives))
    undefined = set().union(*(symbols(nm, archive, "--undefined-only") for archive in archives))
    if not defined:
        print("the archives define nothing: wrong nm?")
        return 1
    foreign = sorted(name for name in undefined - defined - ALLOWED if not COMPILER.match(name))
    for name in foreign:
        print(f"{name}: imported, but only {', '.join(sorted(ALLOWED))} may be")
    return 1 if foreign else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
