internal import DRTesting

/// Looks until what a step expects has become true, or its time is over.
struct StepJudge: Sendable {
    private static let pause: Duration = .milliseconds(50)

    let look: @Sendable (String) async -> Observation
    /// Where what is looked at is seen; `nil` if nobody knows it.
    let source: @Sendable (String) -> Observation.Source?
    /// Told what is still being waited for.
    let waiting: @Sendable (String) -> Void

    struct Judgement: Sendable {
        let expectation: Expectation
        let source: Observation.Source?
        var seen = Observation(nil)
        var firstTrue: Duration?
        var verdict = Verdict.none

        var made: ObservationMade {
            var made = ObservationMade()
            made.name = expectation.observation
            made.source = source?.rawValue ?? ""
            made.expected = expectation.condition
            made.value = seen.value?.description ?? ""
            made.samples = seen.samples.map { UInt64($0) }
            made.firstTrueUs = firstTrue.map { UInt64(max($0.microseconds, 0)) }
            made.deadlineUs = expectation.within.map { UInt64($0.microseconds) }
            made.verdict = verdict
            return made
        }
    }

    /// Expectations with a deadline are looked at until they hold; the others once, after those.
    func judge(
        _ expectations: [Expectation], since start: ContinuousClock.Instant
    ) async throws -> [Judgement] {
        var judgements = expectations.map {
            Judgement(expectation: $0, source: source($0.observation))
        }
        while let next = judgements.first(where: {
            $0.verdict == .none && $0.expectation.within != nil
        }) {
            waiting(next.expectation.sentence)
            for index in judgements.indices where judgements[index].expectation.within != nil {
                if judgements[index].verdict == .none { await lookOnce(&judgements[index], start) }
            }
            if judgements.contains(where: { $0.verdict == .none && $0.expectation.within != nil }) {
                try await Task.sleep(for: Self.pause)
            }
        }
        for index in judgements.indices where judgements[index].verdict == .none {
            judgements[index].seen = await look(judgements[index].expectation.observation)
            judgements[index].verdict = judgements[index].expectation.judge(judgements[index].seen)
            if judgements[index].verdict == .passed {
                judgements[index].firstTrue = ContinuousClock.now - start
            }
        }
        return judgements
    }

    /// Decides if it holds, or if the deadline has passed.
    private func lookOnce(_ judgement: inout Judgement, _ start: ContinuousClock.Instant) async {
        let expectation = judgement.expectation
        let seen = await look(expectation.observation)
        // What was seen last stays as evidence, also when there is nothing to see any more.
        if seen.value != nil || judgement.seen.value == nil { judgement.seen = seen }
        let elapsed = ContinuousClock.now - start
        let isLate = expectation.within.map { elapsed > $0 } ?? false
        switch (expectation.judge(seen), isLate) {
        case (.passed, false):
            judgement.verdict = .passed
            judgement.firstTrue = elapsed
        case (.passed, true):
            // It may have come true in time or not: nobody looked.
            judgement.verdict = .inconclusive
        case (_, true):
            let last = expectation.judge(judgement.seen)
            judgement.verdict = last == .passed ? .inconclusive : last
        case (_, false): break
        }
    }
}
