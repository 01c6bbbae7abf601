internal import DRTesting

/// `VERIFY.md` of a bundle: the exact commands that check it without the program that made it.
struct BundleInstructions {
    let report: ComplianceReport
    /// Of the first proof; `nil`: there is none.
    let proof: String?

    var text: String {
        [introduction, files, proof.map(inclusion) ?? noProof, signature, program]
            .joined(separator: "\n\n") + "\n"
    }

    private var introduction: String {
        """
        # How to verify this bundle

        Report `\(report.documentID)` was made from events 1 to \(report.origin.head) of log
        `\(report.origin.logID)`. The root of the tree over them is

            \(report.origin.range.root)

        All commands below are run in this folder. Steps 1 to 3 need no program of ours: they use
        `sha256sum`, Python 3.9 or later with nothing but its standard library, and OpenSSL 3. What
        the formats are: the tree and its paths are those of RFC 6962, a proof is a C2SP tlog-proof,
        and a checkpoint is a C2SP signed note.
        """
    }

    private var files: String {
        """
        ## 1. The files are those that were handed over

            sha256sum -c SHA256SUMS

        prints `OK` behind every file. `SHA256SUMS` vouches for all others, and nothing here vouches
        for it: compare what `sha256sum SHA256SUMS` prints with what you were told on another way.
        """
    }

    private func inclusion(_ proof: String) -> String {
        """
        ## 2. The evidence is in the log

        Each file in `proofs` holds the event that ended a drill, as it is stored, and the path from
        it to the root of a checkpoint. Save this as `inclusion.py`:

        ```python
        \(Self.inclusionScript)
        ```

        Then

            python3 inclusion.py \(proof)

        prints the position of the event and its leaf, and ends with `not proven` and exit code 1 if
        the path does not lead to that root. The leaf has to be the one that `manifest.json` and the
        evidence manifest of the report have for that file. All of them:

            for file in proofs/*.tlog-proof; do python3 inclusion.py "$file" || break; done
        """
    }

    private var noProof: String {
        """
        ## 2. The evidence is in the log

        This bundle has no proof: no drill counted in the period, or no checkpoint covered any.
        """
    }

    private var signature: String {
        """
        ## 3. The checkpoint is signed

        The last lines of a proof are the checkpoint that it leads to; the newest is in the file
        `checkpoint`. Save this as `signature.py`, which takes a checkpoint or a proof apart:

        ```python
        \(Self.signatureScript)
        ```

        Then

            python3 signature.py checkpoint
            openssl pkeyutl -verify -pubin -keyform DER -inkey key.der \\
                -rawin -in signed.txt -sigfile signature.bin

        prints `Signature Verified Successfully`, and nothing like it if the key in `checkpoint.pub`
        did not sign what was taken apart. `checkpoint.pub` is the key of the log as its
        owner gives it: compare it with one that you got on another way.
        """
    }

    private var program: String {
        """
        ## 4. The same with dr-audit

            dr-audit check \(proof ?? "FILE") --key checkpoint.pub

        begins with `proven` and ends with the event in words. With a copy of the log, which its
        owner makes with `dr-audit backup`,

            dr-audit verify --data COPY --against checkpoint --key checkpoint.pub

        ends with `intact`, and has checked every event that the checkpoint covers. Then

            \(report.origin.command.printable()) --data COPY --output AGAIN

        makes the report again, in the folder `AGAIN`. Its files have the digests of `SHA256SUMS`;
        only of a PDF they may differ, if another version of the program that sets it is installed.
        """
    }

    static let inclusionScript = #"""
        import base64, hashlib, sys

        def node(left, right):
            return hashlib.sha256(b"\x01" + left + right).digest()

        proof, note = open(sys.argv[1], encoding="utf-8").read().split("\n\n", 1)
        _, extra, index, *path = proof.split("\n")
        leaf = root = hashlib.sha256(b"\x00" + base64.b64decode(extra[6:])).digest()
        index, size = int(index[6:]), int(note.split("\n")[1])
        first, last = index, size - 1
        for sibling in map(base64.b64decode, path):
            if first % 2 == 1 or first == last:
                root = node(sibling, root)
                while first % 2 == 0 and first > 0:
                    first, last = first // 2, last // 2
            else:
                root = node(root, sibling)
            first, last = first // 2, last // 2
        if last > 0 or index >= size or root != base64.b64decode(note.split("\n")[2]):
            sys.exit("not proven")
        print(f"position {index + 1} of {size}, leaf {leaf.hex()}")
        """#

    static let signatureScript = #"""
        import base64, sys

        text, _, lines = open(sys.argv[1], encoding="utf-8").read().rpartition("\n\n")
        name, key_id, key = open("checkpoint.pub", encoding="utf-8").read().strip().split("+", 2)
        signature = b""
        for line in lines.splitlines():
            _, signer, blob = line.split(" ")
            blob = base64.b64decode(blob)
            if signer == name and blob[:4].hex() == key_id:
                signature = blob[4:]
        open("signed.txt", "wb").write(text.rpartition("\n\n")[2].encode() + b"\n")
        open("signature.bin", "wb").write(signature)
        der = bytes.fromhex("302a300506032b6570032100") + base64.b64decode(key)[1:]
        open("key.der", "wb").write(der)
        """#
}
