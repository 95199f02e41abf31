"""Makes what rows refer to as ${pem.…}: a root, an intermediate and two leaves. fixtures.py FOLDER."""

import json
import subprocess
import sys


def openssl(*args, stdin=""):
    return subprocess.run(["openssl", *args], input=stdin, capture_output=True, text=True, check=True).stdout


def new_key():
    return openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    return path


def main(folder):
    def issue(name, subject, extensions, issuer=None):
        key = new_key()
        key_file = write("%s/%s.key" % (folder, name), key)
        request = openssl("req", "-new", "-key", key_file, "-subj", "/CN=" + subject)
        signer = ["-CA", "%s/%s.pem" % (folder, issuer), "-CAkey", "%s/%s.key" % (folder, issuer)] if issuer \
            else ["-signkey", key_file]
        extension_file = write("%s/%s.ext" % (folder, name), extensions)
        certificate = openssl("x509", "-req", "-days", "90", "-extfile", extension_file, *signer, stdin=request)
        write("%s/%s.pem" % (folder, name), certificate)
        return certificate, key

    authority = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
    issue("root", "Conformance Root", authority)
    intermediate, _ = issue("intermediate", "Conformance Intermediate", authority, "root")
    pems = {}
    for name in ("first", "second"):
        certificate, key = issue(name, "shop.example.com", "subjectAltName=DNS:shop.example.com\n", "intermediate")
        pems[name] = {"certificate": certificate, "private_key": key, "intermediate": intermediate}
    write(folder + "/fixtures.json", json.dumps({"pem": pems}))


if __name__ == "__main__":
    main(sys.argv[1])
