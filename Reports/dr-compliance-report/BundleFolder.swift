import ArgumentParser
import EventLog
import Merkle
import ReportCommands
import Reporting

/// Where a bundle is written: a folder that was not there before.
struct BundleFolder {
    private let parent: ReportFolder
    private let name: String

    var folder: ReportFolder { ReportFolder(parent.path(of: name)) }

    /// - Throws: exit code 70 if there is something of that name. What may have been handed over is
    ///   not written over.
    init(_ parent: ReportFolder, named name: String) throws {
        (self.parent, self.name) = (parent, name)
        if parent.holds(name) {
            console.complain(
                "\(folder.path) is there already, and evidence is not written over: remove it, or "
                    + "choose another --output")
            throw ExitCode(ReportExit.failed)
        }
    }

    /// All of it, or nothing.
    func write(_ bundle: EvidenceBundle) throws {
        try parent.writeFolder(name, bundle.files.map { (path: $0.path, bytes: $0.bytes) })
    }
}

extension EvidenceBundle {
    /// With the proofs that the log has now. What no checkpoint covers yet has none.
    ///
    /// - Throws: `EventLogError`; exit code 4 if the log has no checkpoint at all.
    init(
        _ report: ComplianceReport, _ files: [RenderedFile], _ seal: SealStatus,
        provenBy reader: EventReader
    ) throws {
        guard let checkpoint = seal.checkpoint, let key = seal.key else {
            console.complain(
                "the log has no checkpoint yet, and so no proofs: run dr-audit checkpoint")
            throw ExitCode(ReportExit.nothingFound)
        }
        var proofs: [(position: UInt64, text: String)] = []
        for item in report.manifest {
            do {
                let proof = try reader.logProof(of: item.lastPosition)
                // Without its event it would be no proof by itself.
                if proof.extra != nil { proofs.append((item.lastPosition, proof.encoded)) }
            } catch let error as EventLogError where error.code == .notSealed {
                continue
            }
        }
        self.init(
            report, rendered: files, proofs: proofs, checkpoint: checkpoint, publicKey: key)
    }
}
