import Crypto
import DRTesting
import FoundationEssentials
import S3
import Testing

@testable import Engine

struct PerformanceTests {
    private static func level(
        _ pressure: LoadLevel.Pressure, operations: Int = 1000, errors: Int = 0,
        throughput: Double, p99: Int = 2000, slip: Double = 0
    ) -> LevelResult {
        LevelResult(
            pressure: pressure, operations: operations, errors: errors, throughput: throughput,
            p50: .microseconds(p99 / 4), p95: .microseconds(p99 / 2), p99: .microseconds(p99),
            slip: slip)
    }

    /// After a whole benchmark.
    private static func facts(slip: Double = 0) -> PerformanceFacts {
        var facts = PerformanceFacts()
        facts.baseline.results = [
            level(.rate(50), operations: 1500, errors: 3, throughput: 50, slip: slip)
        ]
        facts.baseline.requests = 1550
        facts.sweep.results = [
            level(.clients(1), operations: 500, throughput: 150),
            level(.clients(8), operations: 1500, errors: 4, throughput: 400, p99: 7000),
        ]
        facts.sweep.requests = 2050
        facts.stress.results = [
            level(.rate(400), operations: 450, throughput: 390, slip: 0.02),
            level(.rate(800), operations: 900, errors: 800, throughput: 60),
        ]
        facts.stress.requests = 1200
        facts.transfer = PerformanceFacts.Transfer(
            objects: 3, parts: 9, mismatches: 1, bytesPerSecond: 1e6)
        facts.before = sample(0, bytes: 1, descriptors: 12)
        // It grows in the first third, and by 40 bytes an operation after it.
        facts.samples = (0..<30).map { number in
            sample(number * 100, bytes: number < 10 ? number * 90_000 : 900_000 + number * 4000)
        }
        return facts
    }

    private static func sample(
        _ operations: Int, bytes: Int, descriptors: Int = 12
    )
        -> ResourceSample
    {
        ResourceSample(operations: operations, residentBytes: bytes, descriptors: descriptors)
    }

    private static let names = ObservationCatalog.entries.map(\.name).filter { name in
        ["baseline.", "sweep.", "large.", "stress.", "resources."].contains { name.hasPrefix($0) }
    }

    // MARK: Observations

    @Test func everyNameIsAnsweredByWhatItStandsFor() {
        let expected: [String: String] = [
            "baseline.requests": "1550", "baseline.errors_ratio": "0.002",
            "baseline.slip_ratio": "0", "baseline.throughput_per_second": "50",
            "baseline.p50_ms": "0.5", "baseline.p95_ms": "1", "baseline.p99_ms": "2",
            "sweep.requests": "2050", "sweep.errors_ratio": "0.002", "sweep.p99_ratio": "3.5",
            "sweep.throughput_ratio": "8", "large.objects": "3", "large.parts": "9",
            "large.digest_mismatches": "1", "large.bytes_per_second": "1000000",
            "stress.requests": "1200", "stress.throughput_per_second": "390",
            "stress.throughput_ratio": "7.8", "stress.saturated": "1",
            "stress.best_rate_per_second": "400", "stress.slip_ratio": "0.02",
            "resources.descriptor_difference": "4",
            "resources.memory_bytes": "5000", "resources.memory_slope_bytes_per_operation": "40",
        ]
        #expect(Set(expected.keys) == Set(Self.names))
        // Fewer than before: what is missing was not given back either.
        let now = Self.sample(0, bytes: 5000, descriptors: 8)
        for (name, value) in expected {
            let seen = ObservationBoard.performance(name, Self.facts(), now: now)
            #expect(seen.value?.description == value, "\(name)")
        }
    }

    @Test func aRatioSaysOfHowManyOperationsItIs() {
        let expected = [
            "baseline.errors_ratio": 1500, "baseline.slip_ratio": 1500, "sweep.errors_ratio": 2000,
            "sweep.p99_ratio": 1500, "sweep.throughput_ratio": 1500, "stress.throughput_ratio": 450,
            "stress.slip_ratio": 450,
        ]
        for (name, samples) in expected {
            let seen = ObservationBoard.performance(name, Self.facts(), now: nil)
            #expect(seen.samples == samples, "\(name)")
        }
    }

    @Test func aRateThatWasNotHeldIsNoBaseline() {
        // Not compared with a baseline.
        let alone = ["sweep.errors_ratio", "baseline.slip_ratio", "stress.slip_ratio"]
        for slip in [0.0099, 0.01, 0.5] {
            for name in Self.names where name.contains("_ratio") || name.hasPrefix("baseline.p") {
                if alone.contains(name) { continue }
                let seen = ObservationBoard.performance(name, Self.facts(slip: slip), now: nil)
                #expect((seen.value != nil) == (slip < 0.01), "\(name), slip \(slip)")
            }
        }
        let slip = ObservationBoard.performance(
            "baseline.slip_ratio", Self.facts(slip: 0.5), now: nil)
        #expect(slip.value == .number(0.5))
    }

    @Test func aStorageThatServesEverMoreIsNotSaturated() {
        var facts = PerformanceFacts()
        for (rate, throughput) in [(100.0, 100.0), (200, 200), (400, 400)] {
            facts.stress.results.append(Self.level(.rate(rate), throughput: throughput))
        }
        let seen = ObservationBoard.performance("stress.saturated", facts, now: nil)
        #expect(seen.value == .number(0))
    }

    @Test func whatHasNotHappenedIsNotSeen() {
        for name in Self.names {
            let seen = ObservationBoard.performance(name, PerformanceFacts(), now: nil)
            #expect(seen.value == nil, "\(name)")
            #expect(seen.samples == (name.contains("_ratio") ? 0 : nil), "\(name)")
        }
    }

    // MARK: Large objects

    @Test(arguments: [1, 1 << 20, (5 << 20) / 2])
    func aLargeObjectIsWhatItsDigestSays(_ bytes: Int) async throws {
        let object = LargeObject(1, bytes: bytes, seed: 7)
        var body: [UInt8] = []
        for try await piece in object { body += piece }
        #expect(body.count == bytes)
        #expect(Array(SHA256.hash(data: body)) == object.digest)
        #expect(LargeObject(1, bytes: bytes, seed: 7).digest == object.digest)
    }

    @Test func noTwoLargeObjectsAndNoTwoPiecesAreAlike() async throws {
        let objects = [
            LargeObject(0, bytes: 2 << 20, seed: 7), LargeObject(1, bytes: 2 << 20, seed: 7),
            LargeObject(0, bytes: 2 << 20, seed: 8),
        ]
        #expect(Set(objects.map(\.digest)).count == 3)
        var pieces: Set<[UInt8]> = []
        for try await piece in objects[0] { pieces.insert(piece) }
        #expect(pieces.count == 2)
    }

    // MARK: The other process

    private func sent<Message: Codable>(_ message: Message) throws -> Message {
        try JSONDecoder().decode(Message.self, from: JSONEncoder().encode(message))
    }

    @Test func theLedgerOfTheOtherProcessArrivesWhole() throws {
        var book = LedgerBook(keys: 4)
        let start = ContinuousClock.now
        for key in 0..<3 {
            let write = book.begin(.creation, of: key, at: start + .milliseconds(key))
            book.end(
                write, as: key == 1 ? .indeterminate : .served, at: start + .milliseconds(10))
        }
        _ = book.begin(.deletion, of: 0, at: start + .seconds(1))
        let expectations = book.expectations()
        guard case .ledger(let received) = try sent(LoadAnswer.ledger(expectations)) else {
            Issue.record("something else arrived")
            return
        }
        #expect(received == expectations)
    }

    @Test func aLevelAndItsResultArriveWhole() throws {
        let level = LoadLevel(
            pressure: .rate(0.1), warmUp: .microseconds(1), lasting: .seconds(30))
        guard case .put(let order) = try sent(LoadOrder.put(level)),
            case .level(let result) = try sent(
                LoadAnswer.level(Self.level(.clients(3), throughput: 1 / 3)))
        else {
            Issue.record("something else arrived")
            return
        }
        #expect(order == level)
        #expect(result == Self.level(.clients(3), throughput: 1 / 3))
    }

    @Test func theOtherProcessReachesTheSameStorage() throws {
        var endpoint = try #require(S3Endpoint("https://storage.example:8443"))
        endpoint.connectAddress = S3Endpoint.Address(host: "127.0.0.1", port: 4000)
        var configuration = S3Configuration(
            endpoint: endpoint,
            credentials: S3Credentials(accessKeyID: "AK", secretAccessKey: "s/e+c\"ret"))
        configuration.region = "eu"
        configuration.extraAuthority = "/ca.pem"
        configuration.requestTimeout = .milliseconds(1500)
        configuration.maximumConnections = 77
        let there = try sent(LoadSetting.Storage(configuration, bucket: "drills"))
        let received = try there.configuration(agent: "dr-store")
        #expect(there.bucket == "drills")
        #expect(received.endpoint == configuration.endpoint)
        #expect(received.credentials == configuration.credentials)
        #expect(received.region == "eu")
        #expect(received.extraAuthority == "/ca.pem")
        #expect(received.connectTimeout == configuration.connectTimeout)
        #expect(received.requestTimeout == .milliseconds(1500))
        #expect(received.maximumConnections == 77)
        #expect(received.agent == "dr-store")
    }

    @Test func requestsThatHangDoNotKeepOthersWaiting() {
        let needs = [
            (0.0, 1, 512), (512, 1, 512), (2000, 1, 2000), (300, 2, 600), (700.5, 1, 701),
            (1e9, 1, 4096),
        ]
        for (rate, seconds, connections) in needs {
            let count = StoragePlace.connections(at: rate, requestTimeout: .seconds(seconds))
            #expect(count == connections, "\(rate) operations a second for \(seconds) s")
        }
    }

    @Test func theBreakerOfTheOtherProcessIsSetUpAsThatOfTheRunner() throws {
        let plan = SystemPlan(breakerOpenFor: .milliseconds(1500), breakerFailures: 7)
        #expect(try sent(Self.setting(plan)).system == plan)
    }

    private static func setting(_ system: SystemPlan) throws -> LoadSetting {
        let storage = LoadSetting.Storage(
            S3Configuration(
                endpoint: try #require(S3Endpoint("http://127.0.0.1:9")),
                credentials: S3Credentials(accessKeyID: "a", secretAccessKey: "b")),
            bucket: "drills")
        let plan = WorkloadPlan(
            writesPerSecond: 1, readsPerSecond: 1, objectBytes: 1, steadyFor: .zero,
            stableFor: .zero)
        return LoadSetting(
            storage: storage, load: LoadSetting.Load(plan), runKey: "a", directory: "/nowhere",
            noticeURL: "", breakerOpenFor: system.breakerOpenFor,
            breakerFailures: system.breakerFailures, seed: 1, sabotage: nil)
    }

    @Test func aProgramThatAnswersNothingIsAnError() async throws {
        let setting = try Self.setting(SystemPlan())
        for program in [[], ["/nowhere/at/all"], ["/bin/sh", "-c", "read line"]] {
            await #expect(throws: RunnerError.self, "\(program)") {
                _ = try await LoadProcess.start(program, with: setting)
            }
        }
    }

    @Test func theLedgersOfTwoLoadsAreComparedAsOne() {
        var comparison = Self.comparison(prefix: "b/", intact: 2, lost: 1)
        comparison.add(Self.comparison(prefix: "a/", intact: 1, lost: 2))
        #expect(comparison.keys == 6)
        #expect(comparison.intact == 3)
        #expect(comparison.acknowledged == 6)
        #expect(comparison.offences.map(\.key) == ["a/object/1", "a/object/2", "b/object/2"])
        #expect(comparison.unexpected == ["a/stranger", "b/stranger"])
    }

    private static func comparison(prefix: String, intact: Int, lost: Int) -> LedgerComparison {
        let objects = SyntheticObjects(seed: 1, bytes: 64)
        let keys = KeySpace(prefix: prefix, count: intact + lost)
        var book = LedgerBook(keys: intact + lost)
        var stored = [prefix + "stranger": StoredObject([])]
        for key in 0..<(intact + lost) {
            let write = book.begin(.creation, of: key, at: .now)
            book.end(write, as: .served, at: .now)
            if key < intact {
                stored[keys.names[key]] = StoredObject(
                    objects.body(of: key, sequence: write.sequence))
            }
        }
        return LedgerComparison(
            book.expectations(), stored: stored, keys: keys, objects: objects)
    }

    // MARK: What is broken on purpose

    @Test func aStoreThatIsSlowUnderLoadServesOneAtATime() async {
        let memory = MemoryStore()
        let store = SlowUnderLoad(storage: memory)
        let start = ContinuousClock.now
        await withDiscardingTaskGroup { group in
            for number in 0..<10 {
                group.addTask { _ = await store.put([1], to: "\(number)", metadata: [:]) }
            }
        }
        #expect(ContinuousClock.now - start >= .milliseconds(120))
        #expect(memory.objects.count == 10)
    }

    @Test func anIncompleteCleanupIsRedForItsComponent() {
        var run = TestRun()
        run.apply(.runRequested(RunRequested()))
        var cleanup = CleanupFinished()
        cleanup.actions = [
            CleanupAction(name: "lift faults", isDone: true, detail: ""),
            CleanupAction(
                name: "remove the drill's objects", isDone: false, detail: "3 objects left"),
        ]
        run.apply(.cleanupFinished(cleanup))
        var finished = RunFinished()
        (finished.status, finished.verdict) = (.failed, .inconclusive)
        run.apply(.runFinished(finished))
        var proof = Proof(of: "a scenario", by: [.cleanupSkipped])
        var control = TestRun()
        var passed = RunFinished()
        (passed.status, passed.verdict) = (.completed, .passed)
        control.apply(.runFinished(passed))
        proof.record(.ended(id: 1, control))
        proof.record(.ended(id: 2, run))
        #expect(proof.isProven)
        #expect(proof.findings.last?.step == "remove the drill's objects")
        #expect(proof.findings.last?.reason == "3 objects left")
    }
}
