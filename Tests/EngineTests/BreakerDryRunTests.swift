import DRTesting
import ResilientStorage
import S3
import Testing

@testable import Engine

/// Breakers before a storage that fails. What they say of themselves does not count.
@Suite(.timeLimit(.minutes(2))) struct BreakerDryRunTests {
    private static func breaker(failures: Int) -> CircuitBreaker {
        StoreParts.breaker(SystemPlan(breakerOpenFor: .seconds(60), breakerFailures: failures))
    }

    /// - Returns: what is said, and whether that is as it must be.
    private func observe(
        _ breaker: any CircuitBreaking
    ) async throws -> (text: String, isMet: Bool) {
        let folder = TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        let configuration = S3Configuration(
            endpoint: try #require(S3Endpoint("http://127.0.0.1:1")),
            credentials: S3Credentials(accessKeyID: "AKTEST", secretAccessKey: "secret"))
        let dryRun = BreakerDryRun(
            breaker: breaker, directory: folder.path + "/queue", configuration: configuration)
        do {
            return (try await dryRun.run(), true)
        } catch let error as RunnerError {
            return (error.message, false)
        }
    }

    @Test func oneThatOpensAtTheThirdFailedCallIsOn() async throws {
        let observed = try await observe(Self.breaker(failures: 3))
        #expect(observed.isMet)
        #expect(observed.text.hasPrefix("open after 3 failed calls"))
    }

    @Test(
        arguments: [
            (1, "open after 1 failed call"), (2, "open after 2 failed calls"),
            (4, "closed after 3 failed calls"),
        ])
    func oneWithAnotherThresholdIsNot(failures: Int, text: String) async throws {
        let observed = try await observe(Self.breaker(failures: failures))
        #expect(!observed.isMet)
        #expect(observed.text == text)
    }

    @Test func oneThatOnlySaysThatItIsOpenIsNot() async throws {
        let sound = Self.breaker(failures: 3)
        let broken: [any CircuitBreaking] = [
            FailFastStillCalls(breaker: sound), BreakerNeverOpens(breaker: sound),
        ]
        for breaker in broken {
            let observed = try await observe(breaker)
            #expect(!observed.isMet)
            #expect(observed.text == "closed after 3 failed calls")
        }
    }
}
