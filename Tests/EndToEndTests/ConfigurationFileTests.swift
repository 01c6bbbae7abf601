import Foundation
import Testing

/// The settings of the server, from a file.
@Suite(.timeLimit(.minutes(1))) struct ConfigurationFileTests {
    private static let secret = "whsec_c2VjcmV0LW9mLTMyLWJ5dGVzLWZvci13ZWJob29rcyE="

    @Test func settingsAreShownAndSecretsAreNot() async throws {
        let workspace = try Workspace()
        let other = try EchoAtEnd()
        defer { other.stop() }
        let file = try workspace.write(
            """
            DR_PORT=\(other.port)
            DR_ALERT_WEBHOOK_URL=https://hooks.example.org/t0ken
            DR_ALERT_WEBHOOK_SECRET=\(Self.secret)

            """, to: "settings")
        let run = try await workspace.run(.server, ["serve", "--config", file])
        // So that it ends by itself.
        let reason = "cannot listen on 127.0.0.1, port \(other.port): Address already in use"
        #expect(run.complaint.hasSuffix("\(reason)\n"), "\(run)")
        #expect(run.status == 70)
        #expect(run.output == "")
        #expect(run.complaint.contains("DR_PORT: \(other.port)\n"))
        #expect(run.complaint.contains("DR_ALERT_WEBHOOK_URL: set\n"))
        #expect(run.complaint.contains("DR_ALERT_WEBHOOK_SECRET: set\n"))
        #expect(!run.complaint.contains("t0ken"))
        #expect(!run.complaint.contains(Self.secret))
    }

    @Test(arguments: [
        ("DR_ALERT_WEBHOOK_SECRET", "whsec_short", "whsec_ and the Base64 of 24 to 64 bytes"),
        ("DR_ALERT_WEBHOOK_ALLOW_LOCAL", "maybe", "true or false"),
    ])
    func aReceiverOfTheFileIsCheckedToo(
        _ name: String, _ value: String, _ accepted: String
    ) async throws {
        let workspace = try Workspace()
        let file = try workspace.write(
            "DR_ALERT_WEBHOOK_URL=https://hooks.example.org/\n\(name)=\(value)\n", to: "settings")
        let run = try await workspace.run(.server, ["serve", "--port", "0", "--config", file])
        #expect(run.status == 64, "\(run)")
        let last = run.complaint.split(separator: "\n").last ?? ""
        #expect(last.hasPrefix(name), "\(run)")
        #expect(last.hasSuffix(accepted), "\(run)")
    }

    @Test func aFileThatIsNotThereIsNamed() async throws {
        let run = try await Workspace().run(.server, ["serve", "--config", "/no/such/settings"])
        #expect(run.status == 64, "\(run)")
        #expect(run.complaint.contains("/no/such/settings"), "\(run)")
    }
}
