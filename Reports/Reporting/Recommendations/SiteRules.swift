internal import DRTesting

/// R13 and R15: what a second site is good for.
enum SiteRules {
    /// Regions that are no place: of a storage that chooses for itself.
    private static let unspecific: Set<String> = ["", "auto"]

    static func all(_ book: DrillBook) -> [Recommendation] {
        book.subjects.flatMap { subject -> [Recommendation] in
            let runs = book.judged(of: subject)
            return [failback(subject, runs), sharedFate(subject, runs)].compactMap { $0 }
        }
    }

    /// R13, of drills that failed over in time and never came back.
    private static func failback(_ subject: Subject, _ runs: [DrillRun]) -> Recommendation? {
        let stuck = runs.filter { run in
            run.measures.objectives.contains {
                $0.title.hasPrefix("Failover time") && $0.verdict == .passed
            } && run.measures.mark("failback done") == nil
                && !run.measures.facts.contains(.siteFailback)
        }
        if stuck.isEmpty { return nil }
        return Recommendation(
            .failbackMissing, .medium,
            "\(subject.words) failed over in time and did not come back in "
                + "\(stuck.count.counted("drill")): add the failback to the drill, or mend it.",
            evidence: stuck.map(\.summary.id))
    }

    /// R15, of the last drill. What is embedded in the program is on one host on purpose.
    private static func sharedFate(_ subject: Subject, _ runs: [DrillRun]) -> Recommendation? {
        guard let last = runs.last(where: { !$0.summary.isEmbedded }),
            let primary = last.measures.endpoints.first(where: { $0.role == "primary" })
        else { return nil }
        let shared = last.measures.endpoints.filter { $0.role != "primary" }.compactMap { other in
            shares(primary, other).map { "\(other.role.printable()) (\($0))" }
        }
        if shared.isEmpty { return nil }
        return Recommendation(
            .sitesShareFate, .medium,
            "\(subject.words): what strikes the primary may strike the "
                + "\(shared.joined(separator: " and the ")) too. Put it somewhere else.",
            evidence: [last.summary.id])
    }

    /// - Returns: what two storages have in common; `nil` if nothing is known of it.
    private static func shares(_ primary: EndpointUsed, _ other: EndpointUsed) -> String? {
        if !primary.address.isEmpty, primary.address == other.address { return "same address" }
        let isPlace = !unspecific.contains(primary.region)
        return isPlace && primary.region == other.region
            ? "same region \(primary.region.printable())" : nil
    }
}
