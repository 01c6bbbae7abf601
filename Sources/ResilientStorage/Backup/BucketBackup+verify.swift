internal import S3

extension BucketBackup {
    public func verify(_ id: BackupID, scope: BackupScope) async throws -> BackupVerification {
        let started = components.instant()
        let chain = try await chain(from: try await vault.reference(to: id))
        let selection = scope.select(from: chain.manifest?.entries ?? [])
        let flawed = try await check(selection.entries)
        let finished = components.instant()
        return BackupVerification(
            backup: id, chain: chain.ids, checkedObjects: selection.entries.count,
            started: started, finished: finished,
            problems: chain.problems + selection.problems(in: id) + flawed)
    }

    private struct Chain {
        /// Of the backup itself; `nil` if it is not what was written.
        var manifest: BackupManifest?
        /// Newest first.
        var ids: [BackupID] = []
        var problems: [BackupProblem] = []
    }

    /// Reads manifest after manifest. Each names an older one, so this comes to an end.
    private func chain(from newest: BackupReference) async throws -> Chain {
        var chain = Chain()
        var next: BackupReference? = newest
        while let reference = next {
            do {
                let manifest = try await vault.manifest(reference)
                chain.ids.append(manifest.id)
                if reference == newest { chain.manifest = manifest }
                next = manifest.parent
            } catch let error as BackupError where error.meansBrokenChain {
                chain.problems.append(
                    BackupProblem(.brokenChain, backup: reference.id, detail: error.message))
                next = nil
            }
        }
        // What is held by a backup outside the chain is not kept for this one.
        let holders = Set(chain.manifest?.entries.map(\.holder) ?? [])
        if chain.problems.isEmpty {
            chain.problems = holders.subtracting(chain.ids).sorted().map {
                BackupProblem(
                    .brokenChain, backup: $0, detail: "it holds objects, but is not built on")
            }
        }
        return chain
    }

    private func check(_ entries: [BackupManifest.Entry]) async throws -> [BackupProblem] {
        do {
            return try await entries.mapConcurrently(limit: configuration.concurrency) { entry in
                do {
                    _ = try await vault.storage.check(
                        vault.key(of: entry.storedKey), holding: entry.content)
                    return nil
                } catch {
                    try Task.checkCancellation()
                    return BackupProblem(stored: entry, error)
                }
            }.compactMap(\.self)
        } catch {
            throw BackupError.because(error, .destinationUnavailable, "verifying stopped")
        }
    }
}

extension BackupError {
    /// Whether the manifest is certain not to be what it was, rather than out of reach.
    fileprivate var meansBrokenChain: Bool {
        switch code {
        case .noSuchBackup, .manifestDamaged, .manifestTooLarge, .unknownVersion: true
        default: false
        }
    }
}

extension BackupProblem {
    /// A stored object that is not what it must be.
    init(stored entry: BackupManifest.Entry, _ failure: any Error) {
        let kind: Kind =
            switch failure {
            case ReadFailure.missing: .missing
            case ReadFailure.wrongSize: .wrongSize
            case ReadFailure.wrongDigest: .corrupt
            default: .unreadable
            }
        self.init(
            kind, backup: entry.holder, key: entry.key,
            detail: "\(entry.storedKey) should have \(entry.size) bytes of SHA-256 "
                + "\(entry.sha256): \(failure)")
    }
}

extension BackupScope.Selection {
    func problems(in id: BackupID) -> [BackupProblem] {
        absent.map {
            BackupProblem(
                .notInBackup, backup: id, key: $0, detail: "it was not there to be backed up")
        }
    }
}
