import DRTesting
import Testing

@testable import Engine

/// How proofs look in a terminal.
struct ProofMatrixTests {
    private func run(_ checks: [ProofTests.Recorded.Check]) -> TestRun {
        ProofTests.Recorded(checks: checks).run
    }

    /// As it is printed, with a blank for each mark.
    private func lines(_ proof: Proof, width: Int) -> [String] {
        let matrix = ProofMatrix(proof, width: width)
        return ([matrix.headings] + matrix.rows).map { cells in
            String(repeating: " ", count: ProofMatrix.markWidth)
                + cells.joined(separator: ProofMatrix.gap)
        }
    }

    @Test func theColumnsAreAsWideAsTheirTexts() {
        var proof = Proof(of: "Outage", by: [.queueReorders, .notifierSilent, .ackBeforeDurable])
        proof.record(.ended(id: 2, run([.init("Queue", "operation_queue")])))
        proof.record(.ended(id: 3, run([.init("Queue", "operation_queue", .failed)])))
        proof.record(.crashed("no memory"))
        let expected = """
              Sabotage            Step that went red  Verdict  Conclusion
              control                                 passed   sound
              queue-reorders      Queue               failed   caught
              notifier-silent                                  crashed
              ack-before-durable                               not run
            """
        #expect(lines(proof, width: 80).joined(separator: "\n") == expected)
    }

    /// Every sabotage is found at the longest step of each built-in scenario.
    @Test(arguments: [66, 80, 132]) func everyLineFits(width: Int) throws {
        for entry in BuiltinScenarios.all {
            let scenario = try ScenarioReader.read(entry.text, file: entry.name)
            let longest = scenario.steps.max { $0.name.count < $1.name.count }
            let name = try #require(longest).name
            let sabotages = Sabotage.applicable(to: scenario)
            var proof = Proof(of: scenario.name, by: sabotages)
            proof.record(.ended(id: 1, run([.init(name, "storage")])))
            for (index, sabotage) in sabotages.enumerated() {
                let component = index % 2 == 0 ? sabotage.component : "nothing"
                proof.record(.ended(id: 2, run([.init(name, component, .inconclusive)])))
            }
            let lines = lines(proof, width: width)
            #expect(lines.count == sabotages.count + 2)
            for line in lines { #expect(line.count <= width, "\(line)") }
        }
    }

    @Test func whatDoesNotFitIsCutAndSaysSo() {
        var proof = Proof(of: "Outage", by: [.queueReorders])
        proof.record(.ended(id: 1, run([.init("a", "storage")])))
        let name = String(repeating: "long ", count: 30)
        proof.record(.ended(id: 2, run([.init(name, "operation_queue", .failed)])))
        let line = lines(proof, width: 80)[2]
        #expect(line.count <= 80)
        #expect(line.contains("long…") || line.contains("lon…") || line.contains("long …"))
        #expect(line.hasSuffix("failed   caught"))
    }

    @Test func hostileNamesOfStepsAreHarmless() {
        var proof = Proof(of: "Outage", by: [.queueReorders])
        proof.record(.ended(id: 1, run([.init("a", "storage")])))
        proof.record(.ended(id: 2, run([.init("\u{1b}[31m\n", "operation_queue", .failed)])))
        let line = lines(proof, width: 80)[2]
        #expect(line.contains(#"\u{1b}[31m\u{a}"#))
        #expect(!line.unicodeScalars.contains { $0.value < 0x20 })
    }
}
