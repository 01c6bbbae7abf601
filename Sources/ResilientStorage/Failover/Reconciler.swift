internal import S3

/// What came of making two storages equal.
public struct Reconciliation: Equatable, Sendable {
    /// Operations of the backlog that the primary got.
    public var applied = 0
    /// Objects copied to the primary, which lacked them or had others in their place.
    public var copied = 0
    /// Objects that only the primary had, though they were deleted: removed there.
    public var deleted = 0
    /// Objects that only the primary had and that nobody here deleted: copied to the secondary.
    public var kept = 0
    public var unchanged = 0
    /// Whether the storages were compared: not if the secondary could not be read.
    public var isCompared = true

    public init() {}
}

/// What a reconciliation works on.
public struct ReconciliationWork: Sendable {
    /// What the primary has yet to get, in the order of acknowledgement.
    public let backlog: any OperationQueueing
    /// Only keys that begin with it are compared.
    public let keyPrefix: String
    /// Whether the secondary can be read.
    public let isComparable: Bool
    let sites: (primary: StorageSite, secondary: StorageSite)
    let drain: QueueDrain
    let epoch: UInt64
}

/// The seam at which the reconciliation is put in.
public protocol Reconciling: Sendable {
    /// Brings the primary up to date. Called while no write is taken and nothing waits for the
    /// secondary; may be cancelled, and is begun anew then.
    ///
    /// - Throws: if it could not be finished. What was done so far is done.
    func reconcile(_ work: ReconciliationWork) async throws -> Reconciliation
}

/// Gives the primary the backlog, in order for each key, and then makes up every other difference
/// between the two storages.
///
/// Not handled: metadata of objects of more than 64 MiB that have to be copied is lost. Lists of
/// all keys under the prefix are held in memory.
public struct Reconciler: Reconciling {
    /// Objects copied or examined at once.
    private static let concurrency = 8
    private static let sizeInMemory = 64 << 20

    public init() {}

    public func reconcile(_ work: ReconciliationWork) async throws -> Reconciliation {
        var result = Reconciliation()
        let deleted = try await applyBacklog(work, &result)
        guard work.isComparable else {
            result.isCompared = false
            return result
        }
        async let primary = list(work.sites.primary, work)
        async let secondary = list(work.sites.secondary, work)
        let comparison = try await SiteComparison(
            primary: primary, secondary: secondary, deleted: deleted)
        result.unchanged = comparison.unchanged
        try await settle(comparison.steps, work, &result)
        return result
    }

    /// - Returns: the keys whose last change was a delete.
    private func applyBacklog(
        _ work: ReconciliationWork, _ result: inout Reconciliation
    ) async throws -> Set<[UInt8]> {
        var deleted: Set<[UInt8]> = []
        while work.backlog.depth > 0 {
            try Task.checkCancellation()
            let round = await work.drain.deliverRound(.reconciliation)
            result.applied += round.delivered.count
            // In a round there is at most one operation of a key.
            for operation in round.delivered.map(\.operation) {
                if operation.action == .delete {
                    deleted.insert(operation.exactKey)
                } else {
                    deleted.remove(operation.exactKey)
                }
            }
            // It will say no again, and writes are refused as long as this takes.
            if let rejection = round.rejection { throw rejection }
            if !round.isWorthGoingOn { try await Task.sleep(for: .milliseconds(50)) }
        }
        return deleted
    }

    private func list(
        _ site: StorageSite, _ work: ReconciliationWork
    ) async throws -> [ListedObject] {
        try await site.call(.fenced(.reconciliation, epoch: work.epoch)) { client, bucket in
            try await client.listAll(bucket, prefix: work.keyPrefix).map {
                ListedObject(key: $0.key, size: $0.size, etag: $0.etag)
            }
        }
    }

    // MARK: Differences

    private enum Settled: Sendable {
        case copied, deleted, kept, unchanged
    }

    private func settle(
        _ steps: [SiteComparison.Step], _ work: ReconciliationWork, _ result: inout Reconciliation
    ) async throws {
        for start in stride(from: 0, to: steps.count, by: Self.concurrency) {
            try Task.checkCancellation()
            let some = steps[start..<min(start + Self.concurrency, steps.count)]
            let settled = try await withThrowingTaskGroup(of: Settled.self) { group in
                for step in some { group.addTask { try await settle(step, work) } }
                return try await group.reduce(into: [Settled]()) { $0.append($1) }
            }
            result.copied += settled.count { $0 == .copied }
            result.deleted += settled.count { $0 == .deleted }
            result.kept += settled.count { $0 == .kept }
            result.unchanged += settled.count { $0 == .unchanged }
        }
    }

    private func settle(
        _ step: SiteComparison.Step, _ work: ReconciliationWork
    ) async throws -> Settled {
        let (primary, secondary) = work.sites
        switch step {
        case .copyToPrimary(let object):
            try await copy(object, from: secondary, to: primary, work)
            return .copied
        case .copyToSecondary(let object):
            try await copy(object, from: primary, to: secondary, work)
            return .kept
        case .deleteOnPrimary(let object):
            _ = try await primary.call(.fenced(.reconciliation, epoch: work.epoch)) {
                try await $0.delete(object.key, in: $1)
            }
            return .deleted
        case .examine(let object):
            if try await haveSameDigest(object, work) { return .unchanged }
            try await copy(object, from: secondary, to: primary, work)
            return .copied
        }
    }

    /// Whether both objects say that they have the same SHA-256. Those that say nothing are
    /// different: a copy too many does no harm.
    private func haveSameDigest(
        _ object: ListedObject, _ work: ReconciliationWork
    ) async throws -> Bool {
        var digests: [String?] = []
        for site in [work.sites.primary, work.sites.secondary] {
            let head = try await site.call(.fenced(.reconciliation, epoch: work.epoch)) {
                try await $0.head(object.key, in: $1)
            }
            digests.append(head.metadata["sha256"])
        }
        return digests[0] != nil && digests[0] == digests[1]
    }

    private func copy(
        _ object: ListedObject, from source: StorageSite, to target: StorageSite,
        _ work: ReconciliationWork
    ) async throws {
        let purpose = CallPurpose.fenced(.reconciliation, epoch: work.epoch)
        if object.size > Self.sizeInMemory {
            let (client, bucket) = (source.reconciliationClient, source.bucket)
            // What a user has written there meanwhile is newer.
            let condition: S3Client.Condition? = target.name == .secondary ? .absent : nil
            _ = try await target.call(purpose) {
                let chunks = client.download(object.key, in: bucket)
                return try await $0.upload(chunks, to: object.key, in: $1, if: condition)
            }
            return
        }
        let found = try await source.call(purpose) { try await $0.get(object.key, in: $1) }
        let put: @Sendable (S3Client, String) async throws -> Void = { client, bucket in
            try await client.put(
                found.body, to: object.key, in: bucket, metadata: found.metadata,
                contentType: found.contentType ?? "application/octet-stream")
        }
        let isShielded = target.name == .secondary
        try await target.call(purpose) { client, bucket in
            guard isShielded else { return try await put(client, bucket) }
            // The secondary serves again if this is given up. A request that is cut off then could
            // land there after a later write of a user, so it is sent to its end.
            try await Task { try await put(client, bucket) }.value
        }
    }
}
