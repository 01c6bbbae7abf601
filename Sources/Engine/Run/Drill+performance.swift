internal import DRTesting
internal import FaultProxy
internal import FoundationEssentials
internal import S3

/// How much the storage system can bear. It runs in a process of its own for that, and this one
/// looks on: at the proxy, at the stored bytes and at what the kernel says of that process.
extension Drill {
    func performBenchmark(_ action: Action) async throws {
        guard let system else { return }
        let process = try await loadProcess(system)
        switch action {
        case .measureBaseline(let lasting, let rate):
            try await measureBaseline(at: rate, lasting: lasting, process, system)
        case .sweepClients(let clients, let each):
            try await sweep(clients, each: each, process, system)
        case .transferLarge(let count, let bytes):
            try await transfer(count, bytes: bytes, process, system)
        case .stress(let factor, let each):
            try await stress(upTo: factor, each: each, process, system)
        case .rest(let duration):
            setWaiting("the storage system to settle")
            try await process.settle(within: .seconds(20))
            setWaiting("\(duration.words) of rest")
            try await Task.sleep(for: duration)
        default: break
        }
    }

    /// A second of load, as it will be put on, and served. A busy machine may need more than one.
    func tryLoad(_ system: SystemUnderTest) async throws -> String {
        let process = try await loadProcess(system)
        let level = LoadLevel(pressure: .rate(plannedRate), warmUp: .zero, lasting: .seconds(1))
        var seconds: [String] = []
        while seconds.count < 5 {
            let result = try await process.put(level)
            let percent = (result.slip * 1000).rounded() / 10
            let second =
                "\(result.operations.counted("operation")), \(percent) % sent late, "
                + "\(result.errors) not served"
            if result.isHeld, result.errors == 0 { return "in a second " + second }
            seconds.append(second)
        }
        throw RunnerError(
            .internal, "\(seconds.count) seconds of load: " + seconds.joined(separator: "; "))
    }

    /// Of the baseline; without one, of the load of the scenario.
    private var plannedRate: Double {
        for case .measureBaseline(_, let rate) in request.scenario.steps.flatMap(\.actions) {
            return rate
        }
        let plan = request.scenario.workload
        return plan.readsPerSecond + plan.writesPerSecond
    }

    /// That a stress test may reach.
    private var highestRate: Double {
        let factors = request.scenario.steps.flatMap(\.actions).compactMap { action -> Double? in
            if case .stress(let factor, _) = action { factor } else { nil }
        }
        return plannedRate * max(factors.max() ?? 1, 1)
    }

    // MARK: The process

    private func loadProcess(_ system: SystemUnderTest) async throws -> LoadProcess {
        if let process = facts.all.performance.process { return process }
        guard let receiver = system.receiver, system.service == nil else {
            throw RunnerError.notOffered("a benchmark: it runs the storage system in a process")
        }
        setWaiting("the process that puts the load on")
        let folder = directory + "/load"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let setting = LoadSetting(
            storage: .init(
                system.primary.storeConfiguration(at: highestRate), bucket: system.primary.bucket),
            load: .init(request.scenario.workload), runKey: runKey, directory: folder,
            noticeURL: receiver.url,
            breakerOpenFor: request.scenario.system.breakerOpenFor,
            breakerFailures: request.scenario.system.breakerFailures, seed: loadSeed,
            sabotage: request.sabotage?.rawValue)
        let process = try await LoadProcess.start(request.loadChild, with: setting)
        let before = await Self.sample(of: process, system)
        facts.update { state in
            state.performance.process = process
            state.performance.before = before
        }
        await log(
            .info, "performance",
            "load and storage system run in process \(process.pid), whose resources are measured")
        return process
    }

    /// No object has the same bytes as one of the load that this process puts on.
    private var loadSeed: UInt64 { ~request.seed }

    /// What it writes from here on is nobody's, so it is ended before the objects are removed.
    func endLoadProcess() async { await facts.all.performance.process?.end() }

    /// As many as are kept as evidence: those of the benchmark, once there is one.
    func lastOperations(of workload: Workload) async -> [OperationNote] {
        let process = facts.all.performance.process
        return await (try? process?.lastOperations())
            ?? workload.history.last(OperationHistory.notes)
    }

    private static func sample(
        of process: LoadProcess, _ system: SystemUnderTest
    ) async -> ResourceSample? {
        guard let counts = try? await Self.counts(system) else { return nil }
        return ResourceSample(ofProcess: process.pid, operations: counts.requests)
    }

    /// Of the storage system, at the proxy. While the load of the drill pauses they are those of
    /// the other process.
    private static func counts(_ system: SystemUnderTest) async throws -> ProxyCounts {
        try await system.primary.proxy.counts(of: system.storeAgent)
    }

    // MARK: Levels of load

    private func measureBaseline(
        at rate: Double, lasting: Duration, _ process: LoadProcess, _ system: SystemUnderTest
    ) async throws {
        let level = LoadLevel(pressure: .rate(rate), warmUp: .seconds(1), lasting: lasting)
        for _ in 0..<2 {
            facts.update { $0.performance.baseline = PerformanceFacts.Levels() }
            let result = try await put(level, \.baseline, process, system)
            if result.isHeld { return }
            // Says nothing of the storage system: this machine was busy.
            let percent = (result.slip * 1000).rounded() / 10
            await log(.warning, "performance", "\(percent) % of the baseline were sent late")
        }
    }

    private func sweep(
        _ clients: [Int], each: Duration, _ process: LoadProcess, _ system: SystemUnderTest
    ) async throws {
        var ramp = LoadRamp.sweep(clients: clients, warmUp: each / 4, lasting: each * 3 / 4)
        while let level = ramp.next {
            facts.update { $0.performance.samples = [] }
            let sampler = Task {
                while (try? await Task.sleep(for: .milliseconds(250))) != nil {
                    guard let sample = await Self.sample(of: process, system) else { return }
                    facts.update { $0.performance.samples.append(sample) }
                }
            }
            defer { sampler.cancel() }
            ramp.record(try await put(level, \.sweep, process, system))
        }
    }

    private func stress(
        upTo factor: Double, each: Duration, _ process: LoadProcess, _ system: SystemUnderTest
    ) async throws {
        guard case .rate(let rate) = facts.all.performance.baseline.results.last?.pressure else {
            return
        }
        // The rate of the baseline has been put on for long.
        var ramp = LoadRamp.stress(
            from: 2 * rate, to: factor * rate, warmUp: each / 4, lasting: each * 3 / 4)
        facts.update { $0.performance.stress = PerformanceFacts.Levels() }
        while let level = ramp.next {
            ramp.record(try await put(level, \.stress, process, system))
        }
    }

    private func put(
        _ level: LoadLevel,
        _ levels: WritableKeyPath<PerformanceFacts, PerformanceFacts.Levels>,
        _ process: LoadProcess, _ system: SystemUnderTest
    ) async throws -> LevelResult {
        setWaiting("a load of \(level.pressure.words) for \((level.warmUp + level.lasting).words)")
        let before = try await Self.counts(system).requests
        let result = try await process.put(level)
        let requests = try await Self.counts(system).requests - before
        facts.update { state in
            state.performance[keyPath: levels].results.append(result)
            state.performance[keyPath: levels].requests += requests
        }
        return result
    }

    // MARK: Bytes

    private func transfer(
        _ count: Int, bytes: Int, _ process: LoadProcess, _ system: SystemUnderTest
    ) async throws {
        setWaiting("\(count.counted("large object")) to be written and read back")
        let before = try await Self.counts(system).requestsByMethod["PUT"] ?? 0
        let result = try await process.transfer(count: count, bytes: bytes)
        let parts = (try await Self.counts(system).requestsByMethod["PUT"] ?? 0) - before
        for problem in result.problems { await log(.warning, "performance", problem) }
        setWaiting("the bytes of large objects to be compared")
        let place = system.primary
        let stored = Set(
            try await place.direct.listAll(place.bucket, prefix: keys.large).map(\.key))
        var mismatches = 0
        for number in 0..<count {
            let key = keys.large(number)
            let expected = LargeObject(number, bytes: bytes, seed: loadSeed).digest
            // As it was read back through the storage system, and as it is.
            var found = [result.digests[number]]
            if stored.contains(key) {
                found.append(try await LargeTransfer.digest(of: key, place.direct, place.bucket))
            }
            if found != [expected, expected] { mismatches += 1 }
        }
        let seconds = result.took / .seconds(1)
        let transfer = PerformanceFacts.Transfer(
            objects: stored.count, parts: parts, mismatches: mismatches,
            bytesPerSecond: seconds > 0 ? Double(result.bytesMoved) / seconds : nil)
        facts.update { $0.performance.transfer = transfer }
    }

    /// What the load in the other process wrote, against what is stored; `nil` if there was none.
    func compareLoadProcess(settledWithin limit: Duration) async throws -> LedgerComparison? {
        guard let system, let process = facts.all.performance.process else { return nil }
        try await process.settle(within: limit)
        let expectations = try await process.expectations()
        let plan = request.scenario.workload
        return LedgerComparison(
            expectations, stored: try await storedObjects(in: system.primary, below: keys.load),
            keys: KeySpace(prefix: keys.load, count: plan.keys),
            objects: SyntheticObjects(seed: loadSeed, bytes: plan.objectBytes))
    }
}

extension LevelResult {
    /// Whether it was put on as planned: less than 1 % was sent late. Otherwise it says more of the
    /// machine than of the storage system.
    var isHeld: Bool { slip < 0.01 }
}

extension LoadLevel.Pressure {
    /// For people.
    fileprivate var words: String {
        switch self {
        case .clients(let count): count.counted("client")
        case .rate(let rate): "\(ObservedValue.number(rate)) operations a second"
        }
    }
}
