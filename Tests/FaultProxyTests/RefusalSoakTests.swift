import FaultProxy
import Foundation
import S3
import Testing

/// A long refusal: a client must not grow slower in trying again, nor remember old failures.
///
/// Five seconds, or a whole minute if `DR_SOAK` is set.
struct RefusalSoakTests {
    private static let seconds =
        ProcessInfo.processInfo.environment["DR_SOAK"] == nil ? 5 : 60

    @Test(.timeLimit(.minutes(3)))
    func theNextOperationAfterALongRefusalSucceeds() async throws {
        try await withProxy { proxied in
            let (proxy, client) = (proxied.proxy, try proxied.client())
            try await client.put([0], to: "key", in: "bucket")
            let lease = try await proxy.inject(Fault(.refuse))
            let start = ContinuousClock.now
            // The first finds out that its connections are gone.
            _ = try await client.code { try await $0.put([1], to: "key", in: "bucket") }
            for second in 1...Self.seconds {
                try await Task.sleep(until: start + .seconds(second), clock: .continuous)
                try await proxy.renew(lease.token)
                let error = try await #require(throws: S3Error.with(.connectFailed)) {
                    try await client.put([1], to: "key", in: "bucket")
                }
                #expect(!error.isIndeterminate)
            }
            let ending = try #require(try await proxy.lift(lease.token))
            #expect(ending.reason == .lifted)
            #expect(ending.ended - lease.effective >= .seconds(Self.seconds))
            try await client.put([2], to: "key", in: "bucket")
            #expect(try await proxied.directClient().get("key", in: "bucket").body == [2])
        }
    }
}
