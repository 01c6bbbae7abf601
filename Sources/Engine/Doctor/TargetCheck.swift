internal import DRTesting
internal import EventLog
internal import FoundationEssentials
internal import S3

/// Tries what a run on a target would rely on, without a run: its storages, its service, and the
/// proxies before it.
public struct TargetCheck: Sendable {
    private let target: Target
    private let runs: UnfinishedRuns?
    private let clears: Bool

    /// - Parameters:
    ///   - runs: of the data directory whose lost runs are looked for; `nil` without a log.
    ///   - clears: removes what lost runs left, and lifts the faults that are in force.
    public init(_ target: Target, runs: UnfinishedRuns?, clears: Bool) {
        (self.target, self.runs, self.clears) = (target, runs, clears)
    }

    /// Never throws because of what it finds: that is a finding.
    public func findings() async throws -> [Finding] {
        var findings: [Finding] = []
        if target.kind == .embedded {
            let text = "'\(target.name)' is embedded: each run makes storages of its own"
            findings.append(Finding(.ok, "target", text))
        }
        for (role, storage, keyPrefix) in target.storagesByRole {
            findings += try await examine(storage, role: role, below: keyPrefix)
        }
        if let service = target.service {
            // What is lifted there cannot be held against the service.
            findings += await ProxyCheck(target, service, try await clearing).findings()
            findings += await ServiceCheck(service).findings()
        }
        return findings
    }

    /// A fault may belong to a run that is under way.
    private var clearing: ProxyCheck.Clearing {
        get async throws {
            guard clears else { return .unasked }
            if let running = try await runs?.all().first(where: \.isAlive) {
                return .held(test: running.id)
            }
            return .asked(isOver: { [runs] key in try await runs?.isOver(key) ?? false })
        }
    }

    // MARK: Storages

    private func examine(
        _ storage: StorageSettings, role: String, below keyPrefix: String
    ) async throws -> [Finding] {
        let client = try S3Client(storage.configuration(agent: SystemUnderTest.Agent.runner))
        var findings = [await exchange(storage, client, role: role, below: keyPrefix)]
        if let runs, findings.allSatisfy({ $0.level == .ok }) {
            do {
                findings += try await remains(in: storage, below: keyPrefix, client, runs)
            } catch {
                findings.append(Finding(.problem, role, "\(storage.endpoint): \(error)"))
            }
        }
        try await client.shutdown()
        return findings
    }

    private func exchange(
        _ storage: StorageSettings, _ client: S3Client, role: String, below keyPrefix: String
    ) async -> Finding {
        let key = "\(keyPrefix)dr-test/doctor/\(UUID().uuidString)"
        do {
            let seen = try await StorageExchange(client: client, storage: storage)
                .perform("dr-testing doctor", key: key)
            return Finding(.ok, role, seen)
        } catch {
            return Finding(.problem, role, "\(error)")
        }
    }

    private func remains(
        in storage: StorageSettings, below keyPrefix: String, _ client: S3Client,
        _ runs: UnfinishedRuns
    ) async throws -> [Finding] {
        let remains = Remains(
            runs: runs, client: client, bucket: storage.bucket, keyPrefix: keyPrefix)
        guard clears else {
            let count = try await remains.found().keys.count
            if count == 0 { return [] }
            let text =
                "bucket \(storage.bucket) holds \(count.counted("object")) of lost runs; remove "
                + "them with --clear"
            return [Finding(.problem, "remains", text)]
        }
        var findings: [Finding] = []
        if let removed = try await remains.remove() {
            findings.append(Finding(.ok, "remains", removed))
        }
        let lease = TargetLease(
            client: client, bucket: storage.bucket, runKey: "",
            isOver: { try await runs.isOver($0) })
        if let key = try await lease.removeAbandoned() {
            let text = "removed the lease of lost run \(key) from bucket \(storage.bucket)"
            findings.append(Finding(.ok, "remains", text))
        }
        return findings
    }
}

extension Target {
    /// Each with what stands before the key of every object there.
    fileprivate var storagesByRole: [(role: String, StorageSettings, keyPrefix: String)] {
        let behind = serviceStorages
        return [
            ("primary", primary, behind?.primary.keyPrefix),
            ("secondary", secondary, behind?.secondary?.keyPrefix),
            ("backup", backup, behind?.backup?.keyPrefix),
        ].compactMap { role, storage, prefix in storage.map { (role, $0, prefix ?? "") } }
    }
}
