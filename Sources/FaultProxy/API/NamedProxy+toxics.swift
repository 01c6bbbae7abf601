/// Toxics, and the leases that hold them.
extension NamedProxy {
    /// - Returns: the toxic, and its lease if one was asked for.
    func add(_ body: JSON, seed: UInt64) async throws -> (toxic: Toxic, lease: LeaseRecord?) {
        let toxic = try Toxic(body, seed: seed) { name in self.toxic(name) != nil }
        let fields = try JSONFields(body, of: "ToxicWrapper", in: "toxics")
        let lease = try LeaseLength(fields, default: surroundings.defaultLease)
        if toxic.type.strikesRequests, description.speaks == .tcp {
            throw ControlError.needsHTTP(toxic.type)
        }
        let now = ContinuousClock.now
        let granted =
            try await inject(toxic, lease: lease.length)
            ?? FaultLease(token: "", began: now, effective: now)
        let record = lease.length.map {
            LeaseRecord(proxy: name, toxic: toxic.name, length: $0, lease: granted)
        }
        let token = server == nil ? nil : granted.token
        toxics.append(InForce(toxic: toxic, token: token, lease: record?.id))
        if let record { grant(record) }
        report("toxic \(toxic.name) added" + (record.map { " for at most \($0.length)" } ?? ""))
        return (toxic, lease.isAsked ? record : nil)
    }

    /// - Returns: `nil` while there is no server: it is put in force by its start.
    private func inject(_ toxic: Toxic, lease: Duration?) async throws -> FaultLease? {
        guard let server else { return nil }
        switch try toxic.fault() {
        case .stream(let fault): return try await server.inject(fault, lease: lease)
        case .request(let fault): return try await server.inject(fault, lease: lease)
        }
    }

    /// Puts a toxic in force, for what is left of its lease.
    func putInForce(_ toxicName: String) async throws {
        guard let entry = toxics.first(where: { $0.toxic.name == toxicName }) else { return }
        var left: Duration?
        if let id = entry.lease, let record = surroundings.leases[id] {
            let rest = record.deadline - ContinuousClock.now
            guard rest > .zero else { return }
            left = rest
        }
        do {
            let granted = try await inject(entry.toxic, lease: left)
            change(toxicName) { $0.token = granted?.token }
        } catch let error as FaultProxyError where error.code == .leaseGone {
            // It has run out meanwhile: whoever watches it takes the toxic away.
        }
    }

    private func change(_ toxicName: String, _ body: (inout InForce) -> Void) {
        guard let index = toxics.firstIndex(where: { $0.toxic.name == toxicName }) else { return }
        body(&toxics[index])
    }

    /// Takes over the attributes and the toxicity that a body gives.
    func update(_ toxicName: String, _ body: JSON) async throws -> Toxic {
        guard let entry = toxics.first(where: { $0.toxic.name == toxicName }) else {
            throw ControlError.toxicNotFound
        }
        let toxic = try entry.toxic.merged(with: body)
        if let server, let token = entry.token, toxic != entry.toxic {
            if toxic.choosesAlike(entry.toxic) {
                try await change(token, of: server, from: entry.toxic, to: toxic)
            } else {
                // The new one first: a change must not let a request through in between.
                try await replace(entry, by: toxic, on: server)
            }
        }
        change(toxicName) { $0.toxic = toxic }
        report("toxic \(toxicName) changed")
        return toxic
    }

    private func change(
        _ token: String, of server: ProxyServer, from old: Toxic, to new: Toxic
    ) async throws {
        switch try new.fault() {
        case .stream(let fault):
            if new.attributes != old.attributes {
                try await server.change(token, to: fault.kind)
            }
        case .request(let fault):
            if new.attributes != old.attributes {
                try await server.change(token, to: fault.kind)
            }
        }
        if new.toxicity != old.toxicity {
            _ = try await server.change(token, fraction: Double(new.toxicity))
        }
    }

    private func replace(
        _ entry: InForce, by toxic: Toxic, on server: ProxyServer
    ) async throws {
        let struck = entry.token.flatMap { server.struck(by: $0) } ?? 0
        change(toxic.name) {
            $0.toxic = toxic
            $0.struckBefore += struck
        }
        do {
            try await putInForce(toxic.name)
        } catch {
            change(toxic.name) { $0 = entry }
            throw error
        }
        if let token = entry.token { _ = try await server.lift(token) }
    }

    func remove(_ toxicName: String) async throws {
        guard let entry = toxics.first(where: { $0.toxic.name == toxicName }) else {
            throw ControlError.toxicNotFound
        }
        try await lift(entry, .lifted)
        report("toxic \(toxicName) removed")
    }

    /// Ends a toxic, and its lease.
    private func lift(_ entry: InForce, _ reason: FaultEnding.Reason) async throws {
        if let token = entry.token { _ = try await server?.lift(token) }
        await endLease(of: entry, reason)
        toxics.removeAll { $0.toxic.name == entry.toxic.name }
    }

    func endLease(of entry: InForce, _ reason: FaultEnding.Reason) async {
        guard let id = entry.lease else { return }
        var ending: FaultEnding?
        if let token = entry.token { ending = await server?.ending(of: token) }
        // It may have run out a moment before it was to be lifted.
        let reason = ending?.reason == .expired ? .expired : reason
        surroundings.leases.end(
            id, FaultEnding(reason: reason, ended: ending?.ended ?? .now),
            struck: struck(by: entry))
    }

    private func struck(by entry: InForce) -> Int {
        entry.struckBefore + (entry.token.flatMap { server?.struck(by: $0) } ?? 0)
    }

    /// How many a lease that is held has struck so far.
    func struck(byLease id: String) -> Int {
        toxics.first { $0.lease == id }.map { struck(by: $0) } ?? 0
    }

    // MARK: Leases

    /// Enters a lease into the book, and ends what it holds when it has run out.
    func grant(_ record: LeaseRecord) {
        surroundings.leases.add(record)
        watch(record)
    }

    private func watch(_ record: LeaseRecord) {
        let leases = surroundings.leases
        Task { [weak self] in
            try? await Task.sleep(until: record.deadline, clock: .continuous)
            while let now = leases[record.id], now.state == .held,
                now.renewals == record.renewals, let proxy = self
            {
                var failure: ControlError?
                do {
                    try await proxy.inTurn { try await $0.expire(record.id) }
                } catch {
                    failure = ControlError(error)
                }
                guard leases[record.id]?.state == .held else { return }
                // Its port could not be opened again.
                if let failure {
                    await proxy.report("a lease has run out, and is tried to end: \(failure)")
                }
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    private func expire(_ id: String) async throws {
        guard let record = surroundings.leases[id], record.deadline <= .now else { return }
        try await end(id, .expired)
        let ended = record.toxic.map { "toxic \($0) removed" } ?? "enabled"
        report("\(ended): its lease has run out")
    }

    /// Ends what a lease holds. Doing so again changes nothing.
    private func end(_ id: String, _ reason: FaultEnding.Reason) async throws {
        if let entry = toxics.first(where: { $0.lease == id }) {
            try await lift(entry, reason)
        } else if let hold = disabling, hold.lease == id {
            if let server {
                if let token = hold.token { _ = try await server.lift(token) }
                isEnabled = true
            } else {
                try await start()
            }
            endDisabling(reason)
        }
    }

    func lift(lease id: String) async throws {
        try await end(id, .lifted)
        report("lease \(id) lifted")
    }

    func renew(_ id: String, _ length: Duration) async throws {
        let holdsToxic = toxics.first { $0.lease == id }
        let token = holdsToxic?.token ?? (disabling?.lease == id ? disabling?.token : nil)
        let now = ContinuousClock.now
        guard let record = surroundings.leases[id], record.state == .held, record.deadline > now
        else { throw ControlError.leaseGone }
        if let server, let token { try await server.renew(token, lease: length) }
        guard let renewed = surroundings.leases.renew(id, length: length, at: now) else {
            throw ControlError.leaseGone
        }
        watch(renewed)
    }
}
