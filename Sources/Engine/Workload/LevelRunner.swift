internal import Synchronization

/// Puts the levels of a ramp on a storage system, one after the other.
struct LevelRunner: Sendable {
    let client: LoadClient
    /// Told of every operation when it has ended.
    var observer: @Sendable (OperationNote) -> Void = { _ in }

    /// - Returns: the ramp with its results. Ends early, without a result for the level under way,
    ///   if its task is cancelled.
    func run(_ ramp: LoadRamp) async -> LoadRamp {
        var ramp = ramp
        while let level = ramp.next {
            let result = await run(level)
            if Task.isCancelled { break }
            ramp.record(result)
        }
        return ramp
    }

    func run(_ level: LoadLevel) async -> LevelResult {
        let start = ContinuousClock.now
        let measured = start + level.warmUp..<start + level.warmUp + level.lasting
        switch level.pressure {
        case .clients(let count):
            let tally = await callInTurn(clients: count, measured: measured)
            return tally.result(of: level.pressure, slip: 0)
        case .rate(let rate):
            return await callOnTime(rate: rate, from: start, measured: measured)
        }
    }

    // MARK: Clients that wait

    private func callInTurn(
        clients: Int, measured: Range<ContinuousClock.Instant>
    ) async -> LevelTally {
        await withTaskGroup(of: LevelTally.self) { group in
            for _ in 0..<clients { group.addTask { await callInTurn(measured: measured) } }
            var whole = LevelTally(measured: measured)
            for await tally in group { whole.add(tally) }
            return whole
        }
    }

    private func callInTurn(measured: Range<ContinuousClock.Instant>) async -> LevelTally {
        var tally = LevelTally(measured: measured)
        while !Task.isCancelled {
            let start = ContinuousClock.now
            if start >= measured.upperBound { break }
            if let sample = await call(intended: start) {
                tally.add(sample)
            } else {
                // Others write all keys: there are more clients than keys.
                try? await Task.sleep(for: .milliseconds(1))
            }
        }
        return tally
    }

    // MARK: Operations that do not wait

    private func callOnTime(
        rate: Double, from start: ContinuousClock.Instant,
        measured: Range<ContinuousClock.Instant>
    ) async -> LevelResult {
        let counter = TallyCounter(measured: measured)
        let pace = Pace()
        let loop = OpenLoop(rates: [rate], pace: pace)
        let lasting = measured.upperBound - start
        await loop.run(
            from: start, lasting: lasting, until: StopSign(),
            withheld: { intended in
                counter.tally.withLock { $0.addWithheld(intended: intended) }
            }
        ) { _, intended in
            let sample = await call(intended: intended) { pace.sent(intended: intended) }
            if let sample {
                counter.tally.withLock { $0.add(sample) }
            } else {
                pace.withheld()
                counter.tally.withLock { $0.addWithheld(intended: intended) }
            }
        }
        let tally = counter.tally.withLock { $0 }
        return tally.result(of: .rate(rate), slip: pace.record.slip)
    }

    private func call(
        intended: ContinuousClock.Instant, sending: () -> Void = {}
    ) async -> OperationSample? {
        let number = client.nextNumber()
        let intent = client.mix.intent(at: client.dice.chance(.intent, of: number))
        let operation = await client.perform(
            intent, number: number, intended: intended, sending: sending)
        if let operation { observer(operation) }
        return operation?.sample
    }
}

/// A tally that many tasks add to.
private final class TallyCounter: Sendable {
    let tally: Mutex<LevelTally>

    init(measured: Range<ContinuousClock.Instant>) {
        tally = Mutex(LevelTally(measured: measured))
    }
}
