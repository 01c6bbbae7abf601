public import DRTesting

extension ChaosPlan {
    /// Runs of such scenarios are chaos and no drills.
    public static let scenarioType = "chaos"
    /// Service that is back must hold for longer than it takes to count as restored.
    private static let settling: Duration = .seconds(8)

    /// The plan as a scenario: it takes the faults, and requires that all is well in the end.
    ///
    /// - Throws: `FileError` if the options ask for what no scenario can, as an endpoint that does
    ///   not exist.
    public func scenario() throws(FileError) -> Scenario {
        try ScenarioReader.read(scenarioText, file: "chaos from seed \(seed)")
    }

    /// The scenario in YAML, byte for byte the same for the same plan, with what it was drawn from.
    public var scenarioText: String {
        // What was drawn from is a comment: it cannot be set, and changes nothing any more.
        let options = options.named.map { "#   \($0.name): \($0.value)" }
        return """
            # Drawn from seed \(seed), and from these options:
            \(options.joined(separator: "\n"))
            name: Chaos from seed \(seed) for \(duration.words)
            type: \(Self.scenarioType)
            description: Faults come and go by chance. In the end all must be well.
            objectives:
              rto: \(Self.text(duration + self.options.recovery))
            prerequisites:
              - queue enabled
            workload:
              writes_per_second: 20
              reads_per_second: 20
              overwrite_share: 0.25
              delete_share: 0.05
              keys: 500
              object_bytes: 2048
              steady_for: 4s
              stable_for: 5s
            steps:
            \(Self.steps(taking: actions, recovery: Self.text(self.options.recovery)))
            cleanup:
              - clear queue
              - reset breaker
              - clear notifications

            """
    }

    /// The faults in order, with the time between them.
    var actions: [Action] {
        let beginnings = spells.enumerated().map { number, spell in
            Change(time: spell.start, number: number, action: .injectFault(spell.fault))
        }
        let ends = spells.enumerated().map { number, spell in
            Change(time: spell.end, number: number, action: .liftFault(spell.fault.name))
        }
        var actions: [Action] = []
        var now = Duration.zero
        for change in (beginnings + ends).sorted(by: Change.precedes) {
            if change.time > now { actions.append(.wait(change.time - now)) }
            actions.append(change.action)
            now = change.time
        }
        return actions
    }

    private struct Change {
        let time: Duration
        let number: Int
        let action: Action

        /// What ends goes before what begins at the same moment, so that there are never more at
        /// once than planned.
        static func precedes(_ left: Change, _ right: Change) -> Bool {
            (left.time, left.rank, left.number) < (right.time, right.rank, right.number)
        }

        private var rank: Int {
            if case .injectFault = action { 1 } else { 0 }
        }
    }

    // MARK: Text

    /// That service was lost is not an expectation: if it never was, that it was restored is not
    /// seen, and so the run is inconclusive.
    private static func steps(taking actions: [Action], recovery: String) -> String {
        """
          - name: Faults come and go
            component: storage
            required: true
            actions:
        \(actions.map { "      - \(text($0))" }.joined(separator: "\n"))
            expect:
              - observe: fault.ended_by
                equals: lifted
          - name: Every fault is lifted
            component: storage
            expect:
              - observe: fault.in_force
                equals: 0
              - observe: probe.served_since_lift
                at_least: 20
                within: 15s
          - name: Breaker is closed and queue drained
            component: circuit_breaker
            expect:
              - observe: breaker.state
                equals: closed
                within: \(recovery)
              - observe: queue.depth
                equals: 0
                within: \(recovery)
              - observe: proxy.answered_since_lift
                at_least: 50
                within: \(recovery)
          - name: Service is restored
            component: storage
            action:
              wait: {for: \(text(settling))}
            expect:
              - observe: breaker.state
                equals: closed
              - observe: workload.not_served_ratio
                at_most: 0.01
                within: \(recovery)
                samples_at_least: 20
              - observe: workload.restored
                equals: true
                within: \(recovery)
              - observe: proxy.answered_since_lift
                at_least: 200
                within: \(recovery)
          - name: Nothing acknowledged is lost
            component: operation_queue
            action:
              compare_ledger: {drained_within: \(recovery)}
            expect:
              - observe: queue.depth
                equals: 0
              - observe: ledger.compared
                at_least: 20
              - observe: ledger.damaged
                equals: 0
              - observe: ledger.unexpected
                equals: 0
        """
    }

    private static func text(_ action: Action) -> String {
        switch action {
        case .injectFault(let fault): "inject_fault: {\(text(fault))}"
        case .liftFault(let name): "lift_fault: {name: \(name)}"
        case .wait(let duration): "wait: {for: \(text(duration))}"
        default: preconditionFailure("A plan has no action '\(action.name)'.")
        }
    }

    private static func text(_ fault: FaultPlan) -> String {
        var members = [
            "name: \(fault.name)", "endpoint: \(fault.endpoint)", "kind: \(fault.kind.rawValue)",
            "fraction: \(ObservedValue.number(fault.fraction))",
        ]
        switch fault.kind {
        case .status: members.append("status: \(fault.status)")
        case .latency:
            members += ["delay: \(text(fault.delay))", "jitter: \(text(fault.jitter))"]
        case .lateDelivery: members.append("delay: \(text(fault.delay))")
        case .bandwidth: members.append("bytes_per_second: \(fault.bytesPerSecond)")
        case .hang, .refuse, .reset, .resetAfter, .truncate, .corrupt, .staleRead: break
        }
        return members.joined(separator: ", ")
    }

    private static func text(_ duration: Duration) -> String { "\(duration.milliseconds)ms" }
}
