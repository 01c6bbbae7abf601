public import EventLog

/// A run that somebody wants, by the API or by a schedule.
public struct RunOrder: Sendable {
    /// What is to be run.
    public struct ScenarioReference: Equatable, Sendable {
        public var id: UInt64
        public var name: String
        /// `nil` for those that come with the program.
        public var text: String?

        public init(id: UInt64, name: String, text: String?) {
            (self.id, self.name, self.text) = (id, name, text)
        }
    }

    public var scenario: ScenarioReference
    /// The name of a target file, or `embedded`. Never a path.
    public var target: String?
    /// The only environment that the target may belong to. Without a target it names the file.
    public var environment: String?
    /// Who is named in the log as having run it.
    public var by: String
    /// Whom the caller named, for the record only.
    public var requestedBy: String?
    public var variables: [(name: String, value: String)]
    public var debug: Bool
    public var timeoutMs: UInt64?
    /// The name of the target again, for one in production.
    public var confirm: String?
    /// A UUID of version 7 that is drawn once: the same order again is the same run.
    public var key: EventID

    public init(
        scenario: ScenarioReference, target: String? = nil, environment: String? = nil,
        by: String, requestedBy: String? = nil, variables: [(name: String, value: String)] = [],
        debug: Bool = false, timeoutMs: UInt64? = nil, confirm: String? = nil, key: EventID
    ) {
        (self.scenario, self.target, self.environment) = (scenario, target, environment)
        (self.by, self.requestedBy, self.variables) = (by, requestedBy, variables)
        (self.debug, self.timeoutMs, self.confirm) = (debug, timeoutMs, confirm)
        self.key = key
    }
}

extension RunOrder {
    /// Where a child finds the text that it is handed.
    static let handedText = "/dev/stdin"

    /// What cannot be said to a program: its arguments end at a zero byte.
    ///
    /// - Throws: `.badVariables`, naming what it is.
    func check() throws(RunRefusal) {
        for variable in variables where variable.name.isEmpty || variable.name.contains("=") {
            throw .badVariables("'\(variable.name)' is no name of a variable")
        }
        var texts = [("the scenario's name", scenario.name), ("the name of the caller", by)]
        texts += [
            ("target", target ?? ""), ("environment", environment ?? ""),
            ("executed_by", requestedBy ?? ""), ("confirm", confirm ?? ""),
        ]
        texts += variables.map { ("variable '\($0.name)'", $0.name + $0.value) }
        for (name, text) in texts where text.utf8.contains(0) {
            throw .badVariables("\(name) holds a zero byte")
        }
    }

    /// What `dr-runner` is told. Each value stands behind its option's `=`, so that no value is
    /// taken for an option.
    ///
    /// - Parameters:
    ///   - targetFile: `nil` for the embedded target.
    ///   - data: the path of the data directory.
    func arguments(targetFile: String?, data: String) -> [String] {
        var list = ["run", scenario.text == nil ? String(scenario.id) : Self.handedText]
        list += ["--data=\(data)", "--key=\(key)", "--by=\(by)", "--json"]
        if scenario.text != nil { list.append("--scenario-id=\(scenario.id)") }
        let options: [(String, String?)] = [
            ("target", targetFile), ("environment", environment), ("confirm", confirm),
            ("requested-by", requestedBy), ("timeout", timeoutMs.map { "\($0)ms" }),
        ]
        for (name, value) in options {
            if let value { list.append("--\(name)=\(value)") }
        }
        list += variables.map { "--set=\($0.name)=\($0.value)" }
        return debug ? list + ["--debug"] : list
    }
}
