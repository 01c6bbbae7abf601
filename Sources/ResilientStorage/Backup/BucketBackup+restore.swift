internal import S3

extension BucketBackup {
    public func restore(
        _ id: BackupID, scope: BackupScope, to target: RestoreTarget
    ) async throws -> BackupRestoration {
        let started = components.instant()
        let manifest = try await manifest(of: id)
        let target = RestoreTarget(
            storage: Self.retrying(target.storage, configuration), prefix: target.prefix,
            policy: target.policy)
        let present = try await keys(in: target)
        if target.policy == .mustBeEmpty && !present.isEmpty {
            throw BackupError(
                .targetNotEmpty,
                "\(target.storage.name)/\(target.prefix) already holds objects "
                    + "(\(present.count)); empty it, restore elsewhere, or allow them to be "
                    + "overwritten")
        }
        let selection = scope.select(from: manifest.entries)
        let outcomes = try await restore(selection.entries, of: manifest, to: target)
        var problems = selection.problems(in: id) + outcomes.flatMap(\.problems)
        var deleted = 0
        if target.policy == .mirror && problems.isEmpty {
            let surplus = surplus(of: present, beside: manifest, in: target)
            problems = try await delete(surplus, from: target, id)
            deleted = surplus.count - problems.count
        }
        let restored = outcomes.filter(\.isRestored)
        return BackupRestoration(
            backup: id, selectedObjects: selection.entries.count + selection.absent.count,
            restoredObjects: restored.count, restoredBytes: restored.reduce(0) { $0 + $1.size },
            deletedObjects: deleted, started: started, finished: components.instant(),
            problems: problems)
    }

    private func keys(in target: RestoreTarget) async throws -> [String] {
        do {
            return try await target.storage.list(prefix: target.prefix).map(\.key)
        } catch {
            throw BackupError.because(
                error, .targetUnavailable, "\(target.storage.name) could not be listed")
        }
    }

    // MARK: One object

    private struct Outcome: Sendable {
        let size: Int
        /// Whether the target gives the bytes back.
        var isRestored = false
        var problems: [BackupProblem] = []
    }

    private func restore(
        _ entries: [BackupManifest.Entry], of manifest: BackupManifest, to target: RestoreTarget
    ) async throws -> [Outcome] {
        let source = manifest.source
        do {
            return try await entries.mapConcurrently(limit: configuration.concurrency) { entry in
                let outcome = await restore(
                    entry, to: target, as: target.key(of: entry, from: source))
                try Task.checkCancellation()
                return outcome
            }
        } catch {
            throw BackupError.because(error, .targetUnavailable, "restoring stopped")
        }
    }

    private func restore(
        _ entry: BackupManifest.Entry, to target: RestoreTarget, as key: String
    ) async -> Outcome {
        var outcome = Outcome(size: entry.size)
        do {
            try await write(entry, to: target.storage, as: key)
        } catch let failure as ReadFailure {
            outcome.problems = [BackupProblem(stored: entry, failure)]
            return outcome
        } catch {
            outcome.problems = [problem(.notWritten, entry, "\(key) was not taken: \(error)")]
            return outcome
        }
        do {
            let found = try await target.storage.check(key, holding: entry.content)
            outcome.isRestored = true
            if found != entry.attributes {
                outcome.problems = [
                    problem(
                        .attributesDiffer, entry,
                        "\(key) has \(found.text) instead of \(entry.attributes.text)")
                ]
            }
        } catch {
            outcome.problems = [problem(.notReadBack, entry, "\(key): \(error)")]
        }
        return outcome
    }

    /// The bytes are compared with the manifest before any of them can be seen in the target.
    private func write(
        _ entry: BackupManifest.Entry, to target: any ObjectStorage, as key: String
    ) async throws {
        let storedKey = vault.key(of: entry.storedKey)
        if entry.content.fitsOnePart {
            let object = try await vault.storage.read(storedKey, holding: entry.content)
            try await target.write(object.bytes, to: key, attributes: entry.attributes, if: nil)
        } else {
            let bytes = try await vault.storage.stream(storedKey, holding: entry.content)
            try await target.upload(bytes, to: key, attributes: entry.attributes, if: nil)
        }
    }

    private func problem(
        _ kind: BackupProblem.Kind, _ entry: BackupManifest.Entry, _ detail: String
    ) -> BackupProblem {
        BackupProblem(kind, backup: entry.holder, key: entry.key, detail: detail)
    }

    // MARK: What the backup does not have

    /// Keys of the target that were not there at the snapshot point, whatever part of the backup
    /// is restored.
    private func surplus(
        of present: [String], beside manifest: BackupManifest, in target: RestoreTarget
    ) -> [String] {
        let wanted = Set(
            manifest.entries.map { Array(target.key(of: $0, from: manifest.source).utf8) })
        return present.filter { !wanted.contains(Array($0.utf8)) }
    }

    private func delete(
        _ keys: [String], from target: RestoreTarget, _ id: BackupID
    ) async throws -> [BackupProblem] {
        do {
            return try await keys.mapConcurrently(limit: configuration.concurrency) { key in
                do {
                    try await target.storage.remove(key)
                    return nil
                } catch {
                    try Task.checkCancellation()
                    return BackupProblem(.notDeleted, backup: id, key: key, detail: "\(error)")
                }
            }.compactMap(\.self)
        } catch {
            throw BackupError.because(error, .targetUnavailable, "deleting stopped")
        }
    }
}

extension ObjectAttributes {
    fileprivate var text: String {
        let metadata = metadata.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return ([contentType] + metadata).joined(separator: ", ")
    }
}
