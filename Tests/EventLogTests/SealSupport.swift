import Foundation
import LMDB
import Merkle
import Testing
import Wire

@testable import EventLog

/// A log whose heads are kept outside, where every opening looks.
extension Fixture {
    var anchored: DataDirectory {
        var directory = self.directory
        directory.checkpoints = path + "/heads"
        return directory
    }

    func openAnchored(checkingHeads: Bool = true) throws -> EventStore {
        try whenClosed { try EventStore(anchored, checkingHeads: checkingHeads) }
    }

    func openAnchoredReader(checkingHeads: Bool = true) throws -> EventReader {
        try whenClosed { try EventReader(anchored, checkingHeads: checkingHeads) }
    }

    /// Appends to the log, seals it and verifies it. When this returns, nothing is open.
    ///
    /// - Returns: where its head is kept, and what was signed.
    @discardableResult
    func grow(by count: Int, seed: UInt64) async throws -> (OutsideCheckpoints, SignedCheckpoint) {
        let (outside, signed) = try await growOpen(by: count, seed: seed)
        try withRawLog { _ in }
        return (outside, signed)
    }

    private func growOpen(
        by count: Int, seed: UInt64
    ) async throws -> (OutsideCheckpoints, SignedCheckpoint) {
        let store = try openAnchored()
        var make = EventMaker(seed: seed)
        _ = try await store.append(make.events(count), to: "run/a", expecting: .any)
        let outside = store.anchor
        let signed = try await store.signCheckpoint(outside: outside)
        try verify(store, outside: outside)
        return (outside, signed)
    }

    func keepCopyOfLog() throws {
        try FileManager.default.copyItem(atPath: directory.log, toPath: path + "/copy")
    }

    /// Puts the copy in the place of the log; it stays to be put there again.
    func restoreCopyOfLog() throws {
        try FileManager.default.removeItem(atPath: directory.log)
        try FileManager.default.copyItem(atPath: path + "/copy", toPath: directory.log)
    }

    /// A log of 61 events after one of 101 was lost.
    ///
    /// - Returns: where its head is kept, what was sealed of it, and the head that is lost.
    func loseTail() async throws -> (OutsideCheckpoints, kept: SignedNote, lost: SignedNote) {
        let (_, first) = try await grow(by: 60, seed: Seed.value)
        try keepCopyOfLog()
        let (outside, second) = try await grow(by: 40, seed: Seed.value &+ 1)
        try restoreCopyOfLog()
        return (outside, first.note, second.note)
    }
}

extension EventStore {
    /// Where the heads of an anchored log are kept.
    var anchor: OutsideCheckpoints { directory.outside(logID: reader.logID)! }
}

/// What an auditor finds who looks at the seal alone, and brings along what he trusts.
func checkSeal(
    of reader: EventReader, outside: OutsideCheckpoints? = nil,
    trust: SealCheck.Trust = SealCheck.Trust()
) throws -> (report: VerificationReport, findings: SealFindings) {
    var report = VerificationReport()
    report.head = try reader.head()
    let note = outside?.text.map { Array($0.utf8) }
    var seals = try reader.slot.with { log in
        try log.environment.read {
            try SealCheck(
                reader: reader, log: log, outside: outside, outsideNote: note, trust: trust,
                in: $0, report: &report)
        }
    }
    var frontier = MerkleFrontier()
    while frontier.count < report.head.position {
        for event in try reader.events(from: frontier.count + 1) {
            seals.learn(record: event.record, position: event.position)
            frontier.append(.leaf(event.record.encoded))
            if seals.nextSize == frontier.count { seals.check(tree: frontier, report: &report) }
        }
    }
    try reader.slot.with { log in
        try log.environment.read { try seals.finish(in: $0, report: &report) }
    }
    return (report, seals.findings)
}

func verificationKey(in folder: String) throws -> NoteVerificationKey {
    try NoteVerificationKey(publicKey(in: folder))
}
