import Testing
import Wire

@testable import ChaosToolkit

struct JournalTests {
    private let experiment: Experiment
    private let substitution: Substitution

    init() throws {
        experiment = try Sample.experiment(
            [
                "title": "Is ${what}",
                "secrets": [
                    "s": ["token": ["type": "env", "key": "TOKEN"], "fixed": "in-the-file"]
                ],
                "steady-state-hypothesis": Sample.hypothesis(200),
                "method": [
                    [
                        "type": "action", "name": "a",
                        "provider": [
                            "type": "http", "url": "http://h/${what}",
                            "headers": ["Authorization": "${token}"],
                        ],
                    ]
                ],
            ], environment: ["TOKEN": "s3cr3t"])
        substitution = Substitution(
            configuration: ["what": "good"], secrets: experiment.secrets)
    }

    private func run(
        _ activity: Activity, output: JSONValue, failure: String? = nil
    ) -> Journal.Run {
        var run = Journal.Run(
            activity: activity, resolved: activity.provider.recordable(with: substitution),
            start: 1_000_000)
        run.output = output
        run.end = 3_500_000
        run.failure = failure
        return run
    }

    private func state(_ isMet: Bool) throws -> Journal.State {
        let probe = try #require(experiment.hypothesis?.probes.first?.activity)
        var record = run(probe, output: ["status": 200])
        record.isWithinTolerance = isMet
        return Journal.State(isMet: isMet, probes: [record])
    }

    private func journal() throws -> Journal {
        var journal = Journal(
            experiment: experiment, substitution: substitution, platform: "Linux", node: "n",
            start: 0, end: 4_500_000)
        journal.before = try state(true)
        journal.after = try state(true)
        journal.method = [
            run(
                try #require(experiment.method.first),
                output: ["status": 200, "body": "you sent s3cr3t, not in-the-file"])
        ]
        return journal
    }

    @Test func theKeysStandInChaosToolkitsOrder() throws {
        let document = try journal().document
        #expect(
            document.objectValue?.keys == [
                "chaoslib-version", "platform", "node", "experiment", "start", "status",
                "deviated", "steady_states", "run", "rollbacks", "end", "duration",
            ])
        #expect(document["steady_states"]?.objectValue?.keys == ["before", "after", "during"])
        let keys = ["activity", "output", "start", "status", "end", "duration"]
        #expect(document["run"]?[0]?.objectValue?.keys == keys + ["resolved"])
        let probe = document["steady_states"]?["before"]?["probes"]?[0]
        #expect(probe?.objectValue?.keys == keys + ["tolerance_met", "resolved"])
        #expect(document["duration"] == 4.5)
        #expect(document["run"]?[0]?["duration"] == 2.5)
        #expect(document["start"] == "1970-01-01T00:00:00+00:00")
    }

    @Test func noSecretIsInTheText() throws {
        let journal = try journal()
        let text = journal.text
        #expect(!text.contains("s3cr3t"))
        #expect(!text.contains("in-the-file"))
        let document = try JSONValue(json: text)
        #expect(document["run"]?[0]?["output"]?["body"] == "you sent ${token}, not ${fixed}")
        let secrets = document["experiment"]?["secrets"]?["s"]
        #expect(secrets?["token"] == ["type": "env", "key": "TOKEN"])
        #expect(secrets?["fixed"] == "${fixed}")
    }

    @Test func whatWasCalledIsInTheTextWithTheNamesOfSecrets() throws {
        let document = try journal().document
        let resolved = document["run"]?[0]?["resolved"]
        #expect(resolved?["url"] == "http://h/good")
        #expect(resolved?["headers"]?["Authorization"] == "${token}")
        #expect(document["experiment"]?["title"] == "Is good")
    }

    @Test func aRunThatPassedIsCompletedAndNotDeviated() throws {
        let journal = try journal()
        #expect(journal.status == "completed")
        #expect(!journal.hasDeviated)
    }

    @Test func aGateThatIsNotPassedIsAFailure() throws {
        var journal = try journal()
        journal.before = try state(false)
        journal.after = nil
        #expect(journal.status == "failed")
        #expect(journal.hasDeviated)
    }

    @Test func aRunThatShowsNothingIsAFailure() throws {
        var journal = try journal()
        journal.isInconclusive = true
        #expect(journal.status == "failed")
    }

    @Test func aCheckDuringTheMethodThatFailsIsADeviation() throws {
        var journal = try journal()
        journal.during = [try state(true), try state(false), try state(true)]
        #expect(journal.status == "completed")
        #expect(journal.hasDeviated)
    }

    @Test func anActivityThatFailedIsAFailureWithItsReason() throws {
        var journal = try journal()
        let action = try #require(experiment.method.first)
        journal.method = [run(action, output: .null, failure: "refused by s3cr3t")]
        #expect(journal.status == "failed")
        let record = journal.document["run"]?[0]
        #expect(record?["status"] == "failed")
        #expect(record?["exception"] == ["refused by ${token}\n"])
    }

    @Test func anInterruptedActivityHasNoStatus() throws {
        var journal = try journal()
        journal.ending = .interrupted
        journal.method[0].end = nil
        #expect(journal.status == "interrupted")
        let record = journal.document["run"]?[0]
        #expect(record?["status"] == nil)
        #expect(record?["end"] == nil)
    }
}
