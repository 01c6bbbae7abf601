internal import DRTesting

/// R21, R27 and R28: drills that came to no proper end, and checks that did not pass.
enum RunRules {
    private static let endings = 2

    static func all(_ book: DrillBook) -> [Recommendation] {
        let ofSubjects = book.subjects.flatMap { subject -> [Recommendation] in
            [aborting(subject, book), provedNothing(subject, book)].compactMap { $0 }
        }
        return ofSubjects + failedChecks(book)
    }

    /// R21, of the last two drills.
    private static func aborting(_ subject: Subject, _ book: DrillBook) -> Recommendation? {
        let last = book.ended(of: subject).suffix(endings)
        let broken: [RunEnding] = [.aborted, .timedOut, .lost]
        guard last.count == endings, book.endsInPeriod(last),
            last.allSatisfy({ $0.end.map { broken.contains($0.ending) } ?? false })
        else { return nil }
        let words = last.compactMap { $0.end.map { "\($0.ending)" } }
        return Recommendation(
            .drillAborts, .medium,
            "\(subject.words) came to no proper end \(endings) times running "
                + "(\(words.joined(separator: ", "))): mend the drill itself.",
            evidence: last.map(\.id))
    }

    /// R28, of drills that neither passed nor failed.
    private static func provedNothing(_ subject: Subject, _ book: DrillBook) -> Recommendation? {
        let drills = book.judged(of: subject).filter { $0.summary.result == .inconclusive }
        guard let last = drills.last else { return nil }
        let reasons = last.measures.prerequisitesNotMet.map { "'\($0.printable())' was not met" }
        let message = last.summary.end?.message.printable() ?? ""
        let why = reasons.first ?? (message.isEmpty ? "nothing says why" : message)
        return Recommendation(
            .drillProvedNothing, .medium,
            "\(subject.words) proved nothing in \(drills.count.counted("drill")) (\(why)): run it "
                + "again when what kept it from it is mended.",
            evidence: drills.map(\.summary.id))
    }

    /// R27, of each component: steps that failed. The breaker has a rule of its own.
    private static func failedChecks(_ book: DrillBook) -> [Recommendation] {
        struct Failure {
            let test: UInt64
            let check: DrillMeasures.FailedCheck
        }
        let failures = book.judged.flatMap { run in
            run.measures.failedChecks.filter { $0.verdict == .failed && !$0.isRuledElsewhere }
                .map { Failure(test: run.summary.id, check: $0) }
        }
        let byComponent = Dictionary(grouping: failures, by: \.check.component)
        return byComponent.sorted { $0.key < $1.key }.map { component, failures in
            let names = Set(failures.map { $0.check.name.printable() }).sorted()
            let tests = Set(failures.map(\.test)).sorted().map(String.init)
            let name = component.isEmpty ? "the checks" : component.printable()
            return Recommendation(
                .checkFailed, .high,
                "Look into \(name): \(names.joined(separator: ", ")) failed in test "
                    + "\(tests.joined(separator: ", ")).",
                evidence: failures.map(\.check.position))
        }
    }
}

extension DrillMeasures.FailedCheck {
    /// R02, R05 and R11 speak of it.
    fileprivate var isRuledElsewhere: Bool {
        component == "objectives" || component == "circuit_breaker"
    }
}
