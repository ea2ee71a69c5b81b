#!/usr/bin/env python3
"""Compares our PKCS#11 header with the headers of p11-kit (2.40) and NSS (3.0).

For everything that a peer has under the same name: the value of each constant, the size of each
structure, the offset and the size of each member, and the type of each function. The headers cannot share a
translation unit, so each gets a generated C program that prints its facts. Ours is compiled as
strict C99 on the way. Last, names.cc must name every constant that it says it names.

Differences that are a peer's own are in KNOWN, with the reason. A peer that is not installed is
reported and skipped; when there is none, the exit status is 77. With --oasis DIR (a folder with the
standard's pkcs11.h, pkcs11t.h, pkcs11f.h) the same is done with these, and every constant and every
structure of ours must be there.
"""

import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
OURS = '#include "%s"\n' % os.path.join(HERE, "pkcs11.h")

CONSTANT = re.compile(r"^#define (CK[A-Z]*_\w+) \S", re.M)
STRUCT = re.compile(r"^(?:typedef )?struct (\w+) \{\n(.*?)^\}", re.M | re.S)
MEMBER = re.compile(r"^  \w+\*? (\w+)(?:\[\d+\])?;", re.M)
FUNCTION = re.compile(r"^  F\((\w+),", re.M)
NAMED = re.compile(r"\bN\((CK[A-Z]_\w+)\)")

SKIPPED = 77  # known to ctest as such: there was nothing to compare with

# peer -> what differs -> why that is the peer's own.
KNOWN = {
    "p11-kit": dict.fromkeys(
        ("CKR_EXCEEDED_MAX_ITERATIONS", "CKR_FIPS_SELF_TEST_FAILED", "CKR_LIBRARY_LOAD_FAILED",
         "CKR_PIN_TOO_WEAK", "CKR_PUBLIC_KEY_INVALID"),
        "numbered from 0x1c0, the standard from 0x1b5"),
    "NSS": {
        **dict.fromkeys(
            ("CKA_TRUST_CLIENT_AUTH", "CKA_TRUST_CODE_SIGNING", "CKA_TRUST_EMAIL_PROTECTION",
             "CKA_TRUST_SERVER_AUTH", "CKA_TRUST_TIME_STAMPING"),
            "a vendor attribute, older than the standard's of the same name"),
        **dict.fromkeys(
            ("sizeof(CK_C_INITIALIZE_ARGS)", "CK_C_INITIALIZE_ARGS.pReserved"),
            "has a member LibraryParameters before pReserved"),
    },
    "OASIS": {},
}


def read(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as f:
        return f.read()


class Header:
    """A header and how to compile against it."""

    def __init__(self, name, prologue, flags, cc, work):
        self.name, self.prologue, self.flags, self.cc, self.work = name, prologue, flags, cc, work

    def compile(self, body, *options):
        """Returns the messages of the compiler: empty when the text compiles."""
        command = [*self.cc, "-x", "c", *self.flags, *options, "-"]
        done = subprocess.run(command, input=self.prologue + body, text=True, cwd=self.work,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return "" if done.returncode == 0 else done.stdout or "error"

    def compiles(self, body):
        return not self.compile(body, "-fsyntax-only")

    def macros(self):
        command = [*self.cc, "-x", "c", *self.flags, "-dM", "-E", "-"]
        text = subprocess.run(command, input=self.prologue, text=True, check=True,
                              stdout=subprocess.PIPE).stdout
        return set(CONSTANT.findall(text))

    def facts(self, expressions):
        """Evaluates name -> C expression in one program; returns name -> integer."""
        lines = ['  printf("%%s %%lu\\n", "%s", (unsigned long)(%s));' % item
                 for item in expressions.items()]
        body = ("#include <stddef.h>\n#include <stdio.h>\nint main(void) {\n%s\n  return 0;\n}\n"
                % "\n".join(lines))
        program = os.path.join(self.work, "facts-" + self.name)
        errors = self.compile(body, "-o", program)
        if errors:
            sys.exit("error: %s: the generated program does not compile:\n%s" % (self.name, errors))
        out = subprocess.run([program], text=True, check=True, stdout=subprocess.PIPE).stdout
        return {name: int(value) for name, value in (line.split() for line in out.splitlines())}


def structures():
    """Our structures: name -> members."""
    found = {}
    for name, body in STRUCT.findall(read("pkcs11.h") + read("pkcs11_params.h")):
        found[name] = MEMBER.findall(body)
    parts = read("pkcs11_functions.h").split("#define AZEKURA_PKCS11_FUNCTIONS_")
    functions = []
    for part, name in zip(parts[1:], ("CK_FUNCTION_LIST", "CK_FUNCTION_LIST_3_0",
                                      "CK_FUNCTION_LIST_3_2")):
        functions = functions + FUNCTION.findall(part)
        found[name] = ["version"] + functions
    return found


def layout(name, members):
    facts = {"sizeof(%s)" % name: "sizeof(%s)" % name}
    for member in members:
        facts["%s.%s" % (name, member)] = "offsetof(%s, %s)" % (name, member)
        facts["sizeof(%s.%s)" % (name, member)] = "sizeof(((%s*)0)->%s)" % (name, member)
    return facts


def prototype_body():
    """Pointers of our types, set to the peer's functions."""
    return ('#include "%s"\n#define POINTER(name, parameters) CK_RV(*pointer_##name) parameters = '
            "name;\n" % os.path.join(HERE, "pkcs11_functions.h"))


def compare(ours, peer, complete):
    """Returns the list of differences, and prints the counts."""
    wrong = []
    known = KNOWN[peer.name]

    constants = set(CONSTANT.findall(read("pkcs11_constants.h")))
    shared = sorted(constants & peer.macros())
    expressions = {name: name for name in shared}

    shared_structures = 0
    for name, members in structures().items():
        if not peer.compiles("int size[sizeof(%s)];\n" % name):
            if complete:
                wrong.append("%s is not in it" % name)
            continue
        shared_structures += 1
        facts = layout(name, members)
        offsets = "".join("int o%d[1 + %s];\n" % (i, e) for i, e in enumerate(facts.values()))
        if not peer.compiles("#include <stddef.h>\n" + offsets):
            wrong.append("%s: members have other names" % name)
            facts = layout(name, [])
        expressions.update(facts)
    if complete:
        wrong += ["%s is not in it" % name for name in sorted(constants - set(shared))]

    mine, theirs = ours.facts(expressions), peer.facts(expressions)
    wrong += ["%s: ours %#x, theirs %#x" % (name, mine[name], theirs[name])
              for name in expressions if mine[name] != theirs[name]]

    prototypes = 0
    for version, count in (("3_2", 104), ("3_0", 92), ("2_40", 68)):
        if peer.compiles("void* p = (void*)%s;\n" % {"3_2": "C_AsyncJoin", "3_0": "C_LoginUser",
                                                     "2_40": "C_Login"}[version]):
            prototypes = count
            errors = peer.compile(
                prototype_body() + "AZEKURA_PKCS11_FUNCTIONS_%s(POINTER)\n" % version,
                "-fsyntax-only", "-Werror=incompatible-pointer-types")
            wrong += ["prototypes:\n%s" % errors] if errors else []
            break

    print("%s: %d constants, %d structures (%d sizes and offsets), %d prototypes compared"
          % (peer.name, len(shared), shared_structures, len(expressions) - len(shared), prototypes))
    unexplained = [w for w in wrong if w.split(":")[0] not in known]
    for name in (w.split(":")[0] for w in wrong):
        if name in known:
            print("  known difference: %s: %s" % (name, known[name]))
    return unexplained


def check_names():
    """names.cc must have every return value, mechanism, attribute, key type and class once."""
    defines = re.findall(r"^#define (CK[RMAKO]_\w+) +(\S+)", read("pkcs11_constants.h"), re.M)
    # A define whose value is another name is an alias; the table has the other name.
    wanted = [name for name, value in defines if not value.startswith("CK")]
    named = NAMED.findall(read("names.cc"))
    print("names.cc: %d names" % len(named))
    wrong = ["%s is missing from names.cc" % name for name in sorted(set(wanted) - set(named))]
    wrong += ["%s is in names.cc but not wanted" % n for n in sorted(set(named) - set(wanted))]
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cc", default=os.environ.get("CC", "cc"), help="the C compiler")
    parser.add_argument("--oasis", metavar="DIR", help="the standard's own headers")
    options = parser.parse_args()
    cc = shlex.split(options.cc)

    with tempfile.TemporaryDirectory() as work:
        strict = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror"]
        ours = Header("ours", OURS, strict, cc, work)
        peers = [
            Header("p11-kit", "#include <p11-kit/pkcs11.h>\n", ["-I/usr/include/p11-kit-1"], cc,
                   work),
            Header("NSS", "#include <pkcs11.h>\n",
                   ["-I/usr/include/nss", "-I/usr/include/nspr"], cc, work),
        ]
        if options.oasis:
            peers.append(Header(
                "OASIS", "#define CK_PTR *\n#define NULL_PTR 0\n"
                "#define CK_DECLARE_FUNCTION(t, n) t n\n"
                "#define CK_DECLARE_FUNCTION_POINTER(t, n) t(*n)\n"
                "#define CK_CALLBACK_FUNCTION(t, n) t(*n)\n#include <pkcs11.h>\n",
                ["-I" + os.path.abspath(options.oasis)], cc, work))

        wrong, skipped = [], 0
        for peer in peers:
            if not peer.compiles("CK_RV rv;\n"):
                if peer.name == "OASIS":
                    sys.exit("error: no usable pkcs11.h in %s" % options.oasis)
                print("%s: skipped, its header is not installed" % peer.name)
                skipped += 1
                continue
            wrong += ["%s: %s" % (peer.name, w)
                      for w in compare(ours, peer, complete=peer.name == "OASIS")]
        wrong += check_names()

    for line in wrong:
        print("error: " + line, file=sys.stderr)
    if wrong:
        return 1
    return SKIPPED if skipped == len(peers) else 0


if __name__ == "__main__":
    sys.exit(main())
