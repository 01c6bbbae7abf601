import DRTesting
import Foundation
import S3Sandbox

@testable import Engine

/// Programs and services that calls outside reach in tests.
enum OutsideRig {
    static let shell = "/bin/sh"

    /// A call of a program that the shell runs.
    static func script(
        _ text: String, _ arguments: [String] = [], environment: [String] = [],
        input: String? = nil, timeout: Duration = .seconds(30)
    ) -> OutsideCall {
        .process(
            ProcessCall(
                path: shell, arguments: ["-c", text, "script"] + arguments,
                environment: environment, input: input, timeout: timeout))
    }

    static func caller(
        _ allowance: Allowance = Allowance(processes: [shell]),
        environment: [String: String] = [:]
    ) -> OutsideCaller {
        OutsideCaller(allowance: allowance, environment: environment)
    }

    /// Makes an executable file.
    static func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    static func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Whether a process still does something: one that only waits to be taken note of does not.
    static func isAlive(_ pid: Int32) -> Bool {
        guard let end = text("/proc/\(pid)/stat").split(separator: ") ").last else { return false }
        return end.first != "Z"
    }

    /// The error of a call that must fail; `nil` if it did not.
    static func failure(
        of call: OutsideCall, by caller: OutsideCaller,
        watch: OutsideCaller.ProcessWatch = OutsideCaller.ProcessWatch()
    ) async -> OutsideError? {
        do {
            _ = try await caller.perform(call, watch: watch)
            return nil
        } catch {
            return error as? OutsideError
        }
    }
}
