#!/usr/bin/env python3
"""What the shared library shows to the world, and how big it is.

    check_library.py exports NM LIBRARY HEADER   exactly the functions that the header declares
    check_library.py soname READELF LIBRARY NAME
    check_library.py size STRIP LIBRARY LIMIT    bytes of the stripped file
"""
import os
import re
import subprocess
import sys
import tempfile


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def declared(header):
    with open(header, encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.DOTALL)
    return set(re.findall(r"^PUSHER_API\b[^;(]*?\b(pusher_\w+)\(", text, flags=re.MULTILINE))


def exported(nm, library):
    lines = output(nm, "-D", "--defined-only", "--format=posix", library).splitlines()
    # Absolute symbols are the names of versions.
    return {line.split()[0].split("@")[0] for line in lines if line.split()[1] != "A"}


def exports(nm, library, header):
    here, promised = exported(nm, library), declared(header)
    for name in sorted(here - promised):
        print(f"exported, but not in the header: {name}")
    for name in sorted(promised - here):
        print(f"in the header, but not exported: {name}")
    print(f"{len(here)} functions")
    return here == promised and len(here) > 0


def soname(readelf, library, expected):
    found = re.search(r"\(SONAME\).*\[(.*)\]", output(readelf, "-d", library))
    print(found.group(1) if found else "no soname")
    return found is not None and found.group(1) == expected


def size(strip, library, limit):
    with tempfile.TemporaryDirectory() as folder:
        stripped = os.path.join(folder, "stripped")
        output(strip, "-o", stripped, library)
        number = os.path.getsize(stripped)
    print(f"{number} bytes of {limit}")
    return number <= int(limit)


def main():
    checks = {"exports": exports, "soname": soname, "size": size}
    return 0 if checks[sys.argv[1]](*sys.argv[2:]) else 1


if __name__ == "__main__":
    sys.exit(main())
