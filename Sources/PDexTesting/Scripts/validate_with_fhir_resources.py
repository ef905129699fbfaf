"""Hold resources against the models of the Python package fhir.resources, as a second opinion.

    python3 validate_with_fhir_resources.py [FILE-OR-FOLDER...]

Versions of the package before 6.5 (with pydantic 1) have R4 itself, 4.0.1; later ones have R4B, 4.3.0, instead. Whichever
is installed is used, and named. Files are .json (a resource, or a Bundle with its entries) and .ndjson. Prints a line for
each resource that the models refuse, with element names and kinds of errors and never a value, then the counts. Ends
with 1 when one is refused, with 2 when no package with such models is installed (pip install fhir.resources).
"""

import collections
import importlib
import json
import pathlib
import sys

# What is called R4 in which package: the models at the top, or those of a folder of them.
try:
    import fhir.resources

    if getattr(fhir.resources, "__fhir_version__", "") == "4.0.1":
        RELEASE, MODELS = "R4 (4.0.1)", "fhir.resources."
    else:
        import fhir.resources.R4B  # noqa: F401

        RELEASE, MODELS = "R4B (4.3.0)", "fhir.resources.R4B."
except ImportError:
    print("fhir.resources is not installed: nothing was checked", file=sys.stderr)
    sys.exit(2)


def files(names):
    for name in names:
        path = pathlib.Path(name)
        yield from sorted(path.rglob("*.*json")) if path.is_dir() else [path]


def resources(path):
    with open(path, encoding="utf-8") as file:
        values = [json.loads(line) for line in file if line.strip()] if path.suffix == ".ndjson" else [json.load(file)]
    for number, value in enumerate(values, 1):
        yield f"{path}, resource {number}", value
        if value.get("resourceType") == "Bundle":
            for place, entry in enumerate(value.get("entry", []), 1):
                if "resource" in entry:
                    yield f"{path}, resource {number}, entry {place}", entry["resource"]


def problem(resource):
    kind = resource.get("resourceType", "")
    if not kind.isalpha():
        return "no resource type"
    try:
        module = importlib.import_module(MODELS + kind.lower())
    except ImportError:
        return "no resource type of " + RELEASE
    try:
        getattr(module, kind)(**resource)
    except Exception as error:  # the models raise what pydantic raises, and more
        if not hasattr(error, "errors"):
            return type(error).__name__
        return "; ".join(".".join(map(str, one["loc"])) + ": " + one["type"] for one in error.errors())
    return None


def main():
    counts = collections.Counter()
    for path in files(sys.argv[1:]):
        for place, resource in resources(path):
            found = problem(resource)
            counts["refused" if found else "right"] += 1
            if found:
                print(f"{place}: {resource.get('resourceType', '?')}: {found}")
    print(f"{counts['right'] + counts['refused']} resources by the models of {RELEASE}: {counts['refused']} refused")
    return 1 if counts["refused"] else 0


if __name__ == "__main__":
    sys.exit(main())
