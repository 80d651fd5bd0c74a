"""The lines and branches that the tests reach, a row for each folder of src/.

    scripts/coverage_table.py COVERAGE.json EXCUSES FOLDER=PERCENT...      the first is gcovr's

Fails when one of these folders has less than so many of its lines reached, and when one of its lines that is not
reached is not excused: there, that is a branch for an error that no test takes. An excuse is the line in front
of those that are not reached, "FILE: LINE"; one that nothing needs is a failure, too.
"""
import json
import sys


def numbers(file):
    """The numbers of a file's lines and branches, and of those that are reached."""
    lines = [line for line in file["lines"] if not line["gcovr/noncode"]]
    branches = [branch for line in lines for branch in line["branches"]]
    return (sum(line["count"] > 0 for line in lines), len(lines),
            sum(branch["count"] > 0 for branch in branches), len(branches))


def print_table(folders):
    print(f"{'folder':<10} {'lines':>7} {'reached':>8} {'branches':>9} {'reached':>8}")
    for folder, (line, lines, branch, branches) in sorted(folders.items()):
        print(f"{folder:<10} {lines:>7} {percent(line, lines):>7.1f}% {branches:>9} {percent(branch, branches):>7.1f}%")


def percent(part, whole):
    return 100 * part / max(whole, 1)


def untaken(file):
    """Where tests do not go: the first line's number, what stands in front of it, and the line itself."""
    texts = open(file["file"], encoding="utf-8").read().split("\n")
    before_is_reached = True
    for line in file["lines"]:
        if line["gcovr/noncode"]:
            continue
        if line["count"] == 0 and before_is_reached:
            number = line["line_number"]
            yield number, texts[number - 2].strip(), texts[number - 1].strip()
        before_is_reached = line["count"] > 0


def read_excuses(path):
    lines = open(path, encoding="utf-8").read().split("\n")
    return {line for line in lines if line and not line.startswith("#")}


def main(path, excuses_path, *minima):
    files = json.load(open(path, encoding="utf-8"))["files"]
    minima = dict(text.split("=") for text in minima)
    folders = {}
    complaints = []
    excuses = read_excuses(excuses_path)
    needed = set()
    for file in files:
        folder = file["file"].split("/")[1]
        folders[folder] = [a + b for a, b in zip(folders.get(folder, [0] * 4), numbers(file))]
        for number, condition, line in untaken(file) if folder in minima else []:
            excuse = f"{file['file']}: {condition}"
            needed.add(excuse)
            if excuse not in excuses:
                complaints.append(f"{file['file']}:{number}: no test comes here: {line}")
    print_table(folders)
    complaints += [f"{excuses_path}: needed no more: {excuse}" for excuse in sorted(excuses - needed)]
    for folder, minimum in minima.items():
        if percent(*folders.get(folder, [0] * 4)[:2]) < float(minimum):
            complaints.append(f"{folder}: less than {minimum} % of the lines")
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    if not complaints:
        print(f"{', '.join(minima)}: every error branch is taken, but for {len(needed)} with an excuse")
    return bool(complaints)


sys.exit(main(*sys.argv[1:]))
