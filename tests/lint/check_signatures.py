#!/usr/bin/env python3
"""Fails where a signature or a secret is compared by other means than px_signature_verify, which takes the
same time wherever the two differ.

    check_signatures.py ROOT         checks src/ and web/wasm/ below ROOT
    check_signatures.py --self-test  checks the checker
"""
import pathlib
import re
import sys

# Who makes signatures to send them. Who wants to check one has no use for px_signature.
SIGNS = {"src/net/signature.c", "src/net/signature.h", "src/server/dev_grant.c", "src/server/webhook_request.c",
         "src/backend/request.c", "src/backend/signing.c"}
# (file, what is compared): why it may be.
ALLOWED = {
    ("src/net/signature.c", "CRYPTO_memcmp"): "the one function",
    ("src/server/http_auth.c", "px_slice_equal_ignore_case"): "the digest of the body, which is signed: no secret",
    ("src/server/host_options.c", "px_slice_equal"): "the default secret, which everybody knows; at start",
    ("src/net/ws_handshake.c", "px_slice_equal"): "Sec-WebSocket-Accept, made of what was sent: no secret",
    ("src/cli/doctor_auth.c", "px_slice_equal"): "of a person's own endpoint; nobody asks from afar",
}
MAKES = re.compile(r"\bpx_signature\(")
COMPARES = re.compile(r"\b(\w*memcmp|strn?cmp|strn?casecmp|px_slice_equal\w*|px_slice_compare)\(([^;{]*)")
SECRETIVE = re.compile(r"signature|secret|digest|hmac|password|expected", re.IGNORECASE)
NO_CODE = re.compile(r'/\*.*?\*/|"(?:[^"\\\n]|\\.)*"', re.DOTALL)


def complaints_of(name, source):
    source = NO_CODE.sub('""', source)
    if MAKES.search(source) and name not in SIGNS:
        yield f"{name}: calls px_signature; to check a signature, use px_signature_verify"
    for function, arguments in COMPARES.findall(source):
        # Up to the end of the call.
        depth, end = 1, 0
        while depth and end < len(arguments):
            depth += {"(": 1, ")": -1}.get(arguments[end], 0)
            end += 1
        if SECRETIVE.search(arguments[:end]) and (name, function) not in ALLOWED:
            words = " ".join(arguments[:end].split())
            yield f"{name}: {function}({words} tells by its time how much is right; use px_signature_verify"


def self_test():
    bad = "x = px_slice_equal(given,\n    px_slice_of(signature, 64)) && y;"
    assert len(list(complaints_of("src/a.c", bad))) == 1
    assert not list(complaints_of("src/a.c", 'px_slice_equal(name, PX_SLICE("auth_signature"));'))
    assert not list(complaints_of("src/a.c", "px_slice_equal(a, b) && signature;"))
    assert not list(complaints_of("src/a.c", "px_signature_verify(secret, &text, 1, given);"))
    assert len(list(complaints_of("src/a.c", "px_signature(secret, &text, 1, mine);"))) == 1
    assert len(list(complaints_of("src/a.c", "memcmp(a->digest, b, 32) == 0"))) == 1


def main(arguments):
    if arguments == ["--self-test"]:
        self_test()
        return 0
    if len(arguments) != 1:
        sys.exit(__doc__)
    root = pathlib.Path(arguments[0])
    complaints = [complaint for folder in ("src", "web/wasm") for path in sorted((root / folder).rglob("*.[ch]"))
                  for complaint in complaints_of(str(path.relative_to(root)), path.read_text())]
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
