/// Whether a target may be drilled as somebody asks for it. A pure check.
struct TargetPermission: Sendable {
    let target: Target
    /// The only environment that the target may belong to; `nil`: any.
    let requestedEnvironment: String?
    /// The name of the target, if it was given again.
    let confirmation: String?
    let purpose: RunPurpose

    /// - Throws: `.usage`, with the first thing that stands against it.
    func check() throws(RunnerError) {
        if purpose == .proof && !isForSabotage {
            throw RunnerError(
                .usage, "--sabotage works only on the embedded target or in environment 'test'")
        }
        if let requestedEnvironment, requestedEnvironment != target.environment {
            throw RunnerError(
                .usage,
                "target '\(target.name)' belongs to environment '\(target.environment)', not "
                    + "'\(requestedEnvironment)'")
        }
        if target.environment == "production" { try checkProduction() }
    }

    /// A storage system that is broken on purpose may lose what it is given.
    private var isForSabotage: Bool { target.kind == .embedded || target.environment == "test" }

    private func checkProduction() throws(RunnerError) {
        if purpose == .chaos {
            throw RunnerError(
                .usage, "target '\(target.name)' is production: chaos is for other environments")
        }
        if !target.allowsProduction {
            throw RunnerError(.usage, "target '\(target.name)' does not say allow_production: true")
        }
        if confirmation != target.name {
            throw RunnerError(
                .usage, "add --confirm \(Self.shellQuoted(target.name)) to drill in production")
        }
    }

    /// As a shell takes it for one word, whatever is in it.
    private static func shellQuoted(_ text: String) -> String {
        "'" + text.replacing("'", with: #"'\''"#) + "'"
    }
}

extension RunRequest {
    /// Whether the target may be drilled as it is asked for here. `Runner` checks it as well: this
    /// is for whoever wants to know before a log is made.
    ///
    /// - Throws: `RunnerError` with `.usage`, saying what stands against it.
    public func checkPermission() throws(RunnerError) {
        try TargetPermission(
            target: target, requestedEnvironment: requestedEnvironment,
            confirmation: confirmation, purpose: purpose
        ).check()
    }
}
