"""The lines and branches that the tests reach, a row for each folder of src/; fails below a folder's minimum.

    scripts/coverage_table.py SUMMARY.json FOLDER=PERCENT...      the summary is gcovr's
"""
import json
import sys


def main(path, *minima):
    folders = {}
    for file in json.load(open(path, encoding="utf-8"))["files"]:
        row = folders.setdefault(file["filename"].split("/")[1], [0, 0, 0, 0])
        for i, key in enumerate(("line_covered", "line_total", "branch_covered", "branch_total")):
            row[i] += file[key]
    print(f"{'folder':<10} {'lines':>7} {'reached':>8} {'branches':>9} {'reached':>8}")
    percents = {}
    for folder, (line, lines, branch, branches) in sorted(folders.items()):
        percents[folder] = 100 * line / max(lines, 1)
        print(f"{folder:<10} {lines:>7} {percents[folder]:>7.1f}% {branches:>9}"
              f" {100 * branch / max(branches, 1):>7.1f}%")
    failed = False
    for folder, minimum in (text.split("=") for text in minima):
        if percents.get(folder, 0) < float(minimum):
            print(f"{folder}: less than {minimum} % of the lines", file=sys.stderr)
            failed = True
    return failed


sys.exit(main(*sys.argv[1:]))
