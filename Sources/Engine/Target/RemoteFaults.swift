internal import ChaosToolkit
internal import DRTesting
internal import FaultProxy
internal import Wire

/// Faults of standalone proxies, renewed each second.
///
/// A lease runs out at the proxy, whatever becomes of the runner. A call whose answer is lost may
/// have been carried out: everything of this run is known by its name there.
actor RemoteFaults: FaultInjecting {
    private struct Held {
        let lease: String
        let toxic: String
        let proxy: RemoteProxy
        let renewal: Task<Void, Never>
        /// When this run first asked for its end.
        var lifting: ContinuousClock.Instant?
    }

    private let client: FaultProxyClient
    private let proxies: [String: RemoteProxy]
    /// The names of the run's faults at the proxies begin with it.
    private let mark: String
    private var held: [String: Held] = [:]
    /// The names of faults that are just being injected.
    private var beginning: Set<String> = []
    private var clearances = 0
    private var injected = 0

    /// - Parameters:
    ///   - proxies: by the name of the endpoint that each stands before.
    ///   - mark: nobody else's.
    init(client: FaultProxyClient, proxies: [String: RemoteProxy], mark: String) {
        (self.client, self.proxies, self.mark) = (client, proxies, mark)
    }

    func inject(_ plan: FaultPlan, seed: UInt64) async throws -> FaultLease {
        guard let proxy = proxies[plan.endpoint] else {
            let known = proxies.keys.sorted().joined(separator: ", ")
            throw RunnerError(
                .usage, "no proxy stands before '\(plan.endpoint)'; one does before: \(known)")
        }
        if plan.kind == .refuse, plan.fraction < 1 || plan.limit != nil {
            throw RunnerError(
                .usage, "a fault that refuses connections takes no fraction and no limit")
        }
        let clearance = clearances
        guard beginning.insert(plan.name).inserted else { throw Self.isInForce(plan.name) }
        defer { beginning.remove(plan.name) }
        if held[plan.name] != nil, await ending(of: plan.name) == nil {
            throw Self.isInForce(plan.name)
        }
        injected += 1
        let toxic = "\(mark)-\(injected)"
        let lease = try await post(plan, toxic, seed: seed, to: proxy)
        if clearances != clearance {
            try await delete(lease.token)
            throw CancellationError()
        }
        held[plan.name] = Held(
            lease: lease.token, toxic: toxic, proxy: proxy, renewal: renewal(of: lease.token))
        return lease
    }

    private func post(
        _ plan: FaultPlan, _ toxic: String, seed: UInt64, to proxy: RemoteProxy
    ) async throws -> FaultLease {
        let toxics = "/proxies/\(FaultProxyClient.escaped(proxy.name))/toxics"
        do {
            let answer = try await client.demand("POST", toxics, plan.toxic(toxic, seed: seed))
            guard let lease = answer.body["lease"], let id = lease["id"]?.stringValue,
                let began = lease["began_ns"]?.intValue,
                let effective = lease["effective_ns"]?.intValue
            else {
                throw FaultProxyCallError(
                    status: answer.status,
                    message: "the fault proxy at \(client.url) gives no leases: is it another one?")
            }
            // As wide as the clocks leave open.
            let error = await proxy.clockError ?? .zero
            return FaultLease(
                token: id, began: try await proxy.instant(of: began) - error,
                effective: try await proxy.instant(of: effective) + error)
        } catch {
            // It may be in force all the same. In a task of its own: this one may be called off.
            await Task { [client] in
                _ = try? await client.exchange("DELETE", "\(toxics)/\(toxic)")
            }.value
            throw error
        }
    }

    private static func isInForce(_ name: String) -> RunnerError {
        RunnerError(.usage, "fault '\(name)' is in force already")
    }

    private func renewal(of lease: String) -> Task<Void, Never> {
        let body: JSONValue = ["lease_ms": .int(Int(ProxyFaults.lease.milliseconds))]
        let path = "/leases/\(FaultProxyClient.escaped(lease))/renew"
        return Task { [client] in
            var next = ContinuousClock.now + .seconds(1)
            while (try? await Task.sleep(until: next, clock: .continuous)) != nil {
                // A call that hung is made up for at once.
                next += .seconds(1)
                let status = try? await client.exchange("POST", path, body).status
                // One that has run out is told by `ending`; one that was not heard is tried again.
                if let status, status == 404 || status == 409 { return }
            }
        }
    }

    func change(_ name: String, fraction: Double) async throws -> ContinuousClock.Instant {
        guard let fault = held[name] else {
            throw RunnerError(.usage, "no fault '\(name)' has been injected")
        }
        let proxy = FaultProxyClient.escaped(fault.proxy.name)
        return try await client.demand(
            "PATCH", "/proxies/\(proxy)/toxics/\(fault.toxic)", ["toxicity": .double(fraction)]
        ).finished
    }

    func lift(_ name: String) async throws {
        guard let fault = held[name] else { return }
        beginLifting(name)
        try await delete(fault.lease)
    }

    /// From now on it runs out by itself.
    private func beginLifting(_ name: String) {
        guard let fault = held[name] else { return }
        fault.renewal.cancel()
        held[name]?.lifting = fault.lifting ?? .now
    }

    /// - Throws: if nobody says that it is over.
    private func delete(_ lease: String) async throws {
        let path = "/leases/\(FaultProxyClient.escaped(lease))"
        let answer = try await client.exchange("DELETE", path)
        // It may have run out, or have gone with its proxy.
        guard (200..<300).contains(answer.status) || [404, 409].contains(answer.status) else {
            throw FaultProxyCallError(
                status: answer.status,
                message: "the fault proxy at \(client.url) does not lift a fault: "
                    + client.words(of: answer))
        }
    }

    func ending(of name: String) async -> FaultEnding? {
        guard let fault = held[name], let lease = try? await state(of: fault) else { return nil }
        // With its proxy it is gone too, and not because anybody lifted it.
        if lease.status == 404 { return FaultEnding(reason: .expired, ended: .now) }
        guard let state = lease.body["state"]?.stringValue, state != "held",
            let shown = lease.body["ended_ns"]?.intValue,
            let ended = try? await fault.proxy.instant(of: shown)
        else { return nil }
        let error = await fault.proxy.clockError ?? .zero
        // If somebody else was first, the run could not rely on it either.
        let isOurs = fault.lifting.map { ended + error >= $0 } ?? false
        return FaultEnding(
            reason: state == "lifted" && isOurs ? .lifted : .expired, ended: ended + error)
    }

    func struck(by name: String) async -> Int? {
        guard let fault = held[name] else { return nil }
        return (try? await state(of: fault))?.body["struck"]?.intValue
    }

    private func state(of fault: Held) async throws -> FaultProxyClient.Answer {
        try await client.exchange("GET", "/leases/\(FaultProxyClient.escaped(fault.lease))")
    }

    func liftAll() async -> Bool {
        clearances += 1
        // Nothing to ask a proxy about, which may not even be there.
        if injected == 0 { return true }
        // All of them before any call, which may take long.
        for name in held.keys { beginLifting(name) }
        await withTaskGroup(of: Void.self) { group in
            for fault in held.values { group.addTask { _ = try? await self.delete(fault.lease) } }
        }
        // Those too whose answers were lost.
        for lease in await leases ?? [] { try? await delete(lease) }
        return await leases?.isEmpty ?? false
    }

    /// Those of this run that hold; `nil` if nobody says.
    private var leases: [String]? {
        get async {
            guard let answer = try? await client.demand("GET", "/leases"),
                let all = answer.body.arrayValue
            else { return nil }
            return all.compactMap { lease in
                guard lease["state"]?.stringValue == "held",
                    lease["toxic"]?.stringValue?.hasPrefix("\(mark)-") == true
                else { return nil }
                return lease["id"]?.stringValue
            }
        }
    }
}

extension FaultPlan {
    /// As the API of a standalone proxy takes it, with a lease.
    func toxic(_ name: String, seed: UInt64) -> JSONValue {
        var attributes = JSONObject()
        let type: String
        switch kind {
        case .hang: type = "s3_hang"
        case .refuse: type = "down"
        case .reset: type = "s3_reset"
        case .resetAfter: type = "s3_lost_ack"
        case .status:
            type = "s3_status"
            attributes["status"] = .int(status)
        case .latency:
            type = "s3_latency"
            attributes["latency"] = .int(Int(delay.milliseconds))
            attributes["jitter"] = .int(Int(jitter.milliseconds))
        case .bandwidth:
            type = "s3_bandwidth"
            attributes["rate"] = .int(bytesPerSecond)
        case .truncate: type = "s3_truncate"
        case .corrupt: type = "s3_corrupt"
        case .lateDelivery:
            type = "s3_late_delivery"
            attributes["delay"] = .int(Int(delay.milliseconds))
        case .staleRead: type = "s3_stale_read"
        }
        if kind != .refuse {
            // A number that JSON carries without loss everywhere.
            attributes["seed"] = .int(Int(seed >> 11))
            if let limit { attributes["limit"] = .int(limit) }
        }
        return [
            "name": .string(name), "type": .string(type), "stream": "downstream",
            "toxicity": .double(fraction), "attributes": .object(attributes),
            "lease_ms": .int(Int(ProxyFaults.lease.milliseconds)),
        ]
    }
}
