import DRTesting
import Testing

@testable import Engine

/// The load that a scenario asks for.
struct WorkloadPlanTests {
    private func scenario(_ workload: String) -> String {
        """
        name: a
        type: b
        workload:
        \(workload)
        steps:
          - name: c
            component: d
            expect:
              - {observe: ledger.damaged, equals: 0}
        """
    }

    private func problems(_ workload: String) -> [String] {
        do throws(FileError) {
            _ = try ScenarioReader.read(scenario(workload), file: "a.yaml")
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test func everyMemberIsRead() throws {
        let text = """
              writes_per_second: 30
              reads_per_second: 15
              overwrite_share: 0.5
              delete_share: 0.125
              keys: 40
              object_bytes: 100
              steady_for: 1s
              stable_for: 4s
            """
        let expected = WorkloadPlan(
            writesPerSecond: 30, readsPerSecond: 15, objectBytes: 100, steadyFor: .seconds(1),
            stableFor: .seconds(4), overwriteShare: 0.5, deleteShare: 0.125, keys: 40)
        let scenario = try ScenarioReader.read(scenario(text), file: "a.yaml")
        #expect(scenario.workload == expected)
    }

    @Test(arguments: [
        "  {writes_per_second: 50, reads_per_second: 50, stable_for: 1s}",
        "  {writes_per_second: 2.5, reads_per_second: 500, stable_for: 20s}",
        "  {stable_for: 2500ms}", "  {writes_per_second: 10}", "  {keys: 10}",
        "  {overwrite_share: 0.75, delete_share: 0.25}",
    ])
    func whatCanBeMeasuredIsAccepted(workload: String) {
        #expect(problems(workload) == [])
    }

    /// It would never be found to have recovered, whatever happened.
    @Test(
        arguments: zip(
            [
                "  {stable_for: 1s}", "  {stable_for: 2499ms}", "  {reads_per_second: 7}",
                "  {writes_per_second: 300, reads_per_second: 60, stable_for: 800ms}",
            ],
            [
                "4:16: @ 1 s has 20 writes; accepted: 'stable_for' of 2.5 s or more",
                "4:16: @ 2.5 s has 49 writes; accepted: 'stable_for' of 2.5 s or more",
                "4:22: @ 5 s has 35 reads; accepted: 'stable_for' of 7.2 s or more",
                "4:62: @ 800 ms has 48 reads; accepted: 'stable_for' of 900 ms or more",
            ]))
    func whatCannotBeMeasuredIsRefused(workload: String, problem: String) {
        let reason = "it takes 50 reads and 50 writes to show that service is back;"
        let expected = problem.replacing("@", with: reason) + ", or higher rates"
        #expect(problems(workload) == [expected])
    }

    @Test(
        arguments: zip(
            [
                "  {overwrite_share: 0.75, delete_share: 0.5}", "  {delete_share: 1}",
                "  {delete_share: 1.5}", "  {keys: 5}",
            ],
            [
                "4:41: 'overwrite_share' and 'delete_share' are more than all writes",
                "4:18: 'overwrite_share' and 'delete_share' are more than all writes",
                "4:18: '1.5' is not a number from 0 to 1",
                "4:10: '5' is not a number from 10 to 100000",
            ]))
    func whatIsImpossibleIsRefused(workload: String, problem: String) {
        #expect(problems(workload) == [problem])
    }
}
