internal import DRTesting

/// How to check the report without whoever made it, and what its words mean.
extension ComplianceSections {
    /// The commands of `VERIFY.md`, with what they print for this report.
    var verification: TextSection {
        TextSection(
            id: "verify", title: "How to verify this report without us",
            blocks: handover + inclusion + signature + program)
    }

    private var handover: [TextBlock] {
        [
            .paragraph(
                """
                A bundle, as dr-compliance-report writes it with --bundle, holds this report, its \
                data, a proof for each drill of the manifest, a signed checkpoint of the \
                log and its public key. All commands are run in its folder. The first three \
                steps need no program of ours: they use sha256sum, Python 3.9 or later with \
                nothing but its standard library, and OpenSSL 3.
                """),
            .heading("1. The files are those that were handed over"),
            .commands(["sha256sum -c SHA256SUMS"]),
            .paragraph(
                """
                This prints OK behind every file. SHA256SUMS vouches for all others: compare what \
                sha256sum SHA256SUMS prints with what you were told on another way.
                """),
        ]
    }

    /// What the commands are shown for.
    private var sample: ComplianceReport.EvidenceItem? { report.manifest.first }

    private var inclusion: [TextBlock] {
        guard let sample else {
            return [
                .heading("2. The evidence is in the log"),
                .paragraph("No drill counts in the period, so there is no proof of one."),
            ]
        }
        return [
            .heading("2. The evidence is in the log"),
            .paragraph("Save this as inclusion.py:"),
            .commands(Self.lines(of: BundleInstructions.inclusionScript)),
            .commands(["python3 inclusion.py \(sample.proof)"]),
            .paragraph(
                """
                This prints 'position \(sample.lastPosition) of' and the size of the log, then \
                'leaf \(sample.digest)', the digest that the manifest has for \
                \(sample.id). All of them:
                """),
            .commands([
                "for file in proofs/*.tlog-proof; do python3 inclusion.py \"$file\" || break; done"
            ]),
        ]
    }

    private var signature: [TextBlock] {
        [
            .heading("3. The checkpoint is signed"),
            .paragraph("Save this as signature.py, which takes a checkpoint or a proof apart:"),
            .commands(Self.lines(of: BundleInstructions.signatureScript)),
            .commands([
                "python3 signature.py checkpoint",
                "openssl pkeyutl -verify -pubin -keyform DER -inkey key.der \\",
                "    -rawin -in signed.txt -sigfile signature.bin",
            ]),
            .paragraph(
                """
                This prints 'Signature Verified Successfully'. checkpoint.pub is the key as the \
                owner of the log gives it: compare it with one that you got on another \
                way.
                """),
        ]
    }

    private var program: [TextBlock] {
        [
            .heading("4. The same with dr-audit"),
            .commands(["dr-audit check \(sample?.proof ?? "FILE") --key checkpoint.pub"]),
            .paragraph("This begins with 'proven'. With a copy of the log,"),
            .commands(["dr-audit verify --data COPY --against checkpoint --key checkpoint.pub"]),
            .paragraph("ends with 'intact'. Then this makes the report again:"),
            .commands([report.origin.command]),
        ]
    }

    private static func lines(of script: String) -> [String] {
        script.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    }

    var glossary: TextSection {
        TextSection(
            id: "glossary", title: "Glossary",
            blocks: [
                .facts([
                    ("Cadence", "how often a scenario must succeed on a target, and why"),
                    (
                        "Checkpoint",
                        """
                        a signed note of how many events the log has, and of the root of the tree \
                        over them
                        """
                    ),
                    ("Chaos", "a run whose faults were drawn by chance; no drill"),
                    ("Control", "something that a framework asks for"),
                    ("Drill", "a run of a scenario on a target that is meant as evidence"),
                    ("Event", "a record of the log; its position counts from 1"),
                    ("Excuse", "why a drill that was due was not run, accepted by an approver"),
                    ("Fact", "something that evidence must say, by its name in the catalogue"),
                    ("Finding", "what a drill that did not pass leaves open until a retest"),
                    ("Head", "the last event that this report was made from"),
                    ("Inconclusive", "neither seen to hold nor seen to fail: never a pass"),
                    ("Leaf", "the digest of one event, as it stands in the tree"),
                    (
                        "Proof",
                        """
                        of a run: one in which something was broken on purpose, to show that a \
                        drill notices; of an event: the hashes that lead from its leaf to a \
                        root
                        """
                    ),
                    ("Retest", "a later drill of the same scenario and target that passed"),
                    ("Root", "one digest that stands for all events of the tree"),
                    ("RPO", "how much acknowledged data may be lost, as a time"),
                    ("RTO", "how long it may take until service is back"),
                    ("Scenario", "what is broken, what must be observed, and by when"),
                    ("Target", "the storage system that a scenario is run on"),
                ])
            ])
    }
}
