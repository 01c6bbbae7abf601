internal import Wire

extension ExperimentReader {
    private static let activityNames = [
        "type", "name", "provider", "background", "pauses", "controls", "configuration", "secrets",
        "dry", "timeout", "tolerance", "ref",
    ]

    mutating func hypothesis(_ value: JSONValue?) -> Hypothesis? {
        let path = "steady-state-hypothesis"
        guard let value, !value.isNull else { return nil }
        guard case .object(let members) = value else {
            fail(path, "an object with 'title' and 'probes' is expected")
            return nil
        }
        warnOfOthers(in: members, at: path, known: ["title", "probes", "controls"])
        warnOfControls(in: members, at: path)
        let title = text("title", of: members, at: path)
        var probes: [HypothesisProbe] = []
        let values = list(members["probes"], at: path + ".probes")
        for (index, value) in values.enumerated() {
            let path = "\(path).probes[\(index)]"
            let probe = activity(value, at: path)
            if value["tolerance"] == nil, value.objectValue != nil {
                fail(path + ".tolerance", "a probe of the steady state needs a tolerance")
            }
            guard let found = probe, let raw = value["tolerance"],
                let limits = tolerance(raw, at: path + ".tolerance")
            else { continue }
            warnOfList(limits, of: found, at: path + ".tolerance")
            probes.append(HypothesisProbe(activity: found, tolerance: limits))
        }
        return title.map { Hypothesis(title: $0, probes: probes) }
    }

    mutating func activities(_ value: JSONValue?, at path: String) -> [Activity] {
        var activities: [Activity] = []
        for (index, value) in list(value, at: path).enumerated() {
            let path = "\(path)[\(index)]"
            guard let activity = activity(value, at: path) else { continue }
            if value["tolerance"] != nil {
                warn(
                    .ignored, path + ".tolerance",
                    "a tolerance is used in the steady-state hypothesis alone")
            }
            activities.append(activity)
        }
        return activities
    }

    /// An activity, or what a reference stands for.
    mutating func activity(_ value: JSONValue, at path: String) -> Activity? {
        guard case .object(let members) = value, !members.isEmpty else {
            fail(path, "an activity is an object with 'type', 'name' and 'provider'")
            return nil
        }
        guard let reference = members["ref"] else { return activity(members, of: value, at: path) }
        guard case .string(let name) = reference, !name.isEmpty else {
            fail(path + ".ref", "the name of another activity is expected")
            return nil
        }
        guard let found = references[name], found.value["ref"] == nil,
            case .object(let others) = found.value
        else {
            fail(path + ".ref", "no activity of the method or the hypothesis is named '\(name)'")
            return nil
        }
        // Its mistakes and warnings are told of where it stands.
        var reader = ExperimentReader(environment: environment, variables: variables)
        return reader.activity(others, of: found.value, at: found.path)
    }

    private mutating func activity(
        _ members: JSONObject, of raw: JSONValue, at path: String
    ) -> Activity? {
        warnOfOthers(in: members, at: path, known: Self.activityNames)
        warnOfControls(in: members, at: path)
        let givenKind = members["type"]?.stringValue.flatMap { Activity.Kind(rawValue: $0) }
        if givenKind == nil { fail(path + ".type", "'probe' or 'action' is expected") }
        let givenName = text("name", of: members, at: path)
        let givenProvider = provider(members["provider"], at: path + ".provider")
        if let dry = members["dry"], !dry.isNull {
            fail(path + ".dry", "activities that only pretend are not supported; remove it")
        }
        let background = members["background"] ?? .bool(false)
        if background.boolValue == nil { fail(path + ".background", "true or false is expected") }
        let before = pause("before", of: members["pauses"], at: path + ".pauses")
        let after = pause("after", of: members["pauses"], at: path + ".pauses")
        let timeout = seconds(members["timeout"], at: path + ".timeout")
        if timeout != nil { warn(.timeout, path + ".timeout") }
        guard let kind = givenKind, let name = givenName, let call = givenProvider else {
            return nil
        }
        return Activity(
            kind: kind, name: name, provider: call, isBackground: background.isTrue,
            pauseBefore: before, pauseAfter: after, timeout: timeout, path: path, raw: raw)
    }

    private mutating func pause(
        _ name: String, of pauses: JSONValue?, at path: String
    ) -> Activity.Pause? {
        guard let pauses, !pauses.isNull else { return nil }
        guard case .object(let members) = pauses else {
            if name == "before" { fail(path, "an object with 'before' and 'after' is expected") }
            return nil
        }
        guard let value = members[name], !value.isNull else { return nil }
        if case .string(let text) = value, text.hasPrefix("${"), text.hasSuffix("}") {
            return .named(value)
        }
        guard let number = value.doubleValue, (0...86_400).contains(number) else {
            fail("\(path).\(name)", "a number of seconds or one ${name} is expected")
            return nil
        }
        return .seconds(number)
    }

    mutating func seconds(_ value: JSONValue?, at path: String) -> Duration? {
        guard let value, !value.isNull else { return nil }
        guard let number = value.doubleValue, number > 0, number <= 86_400 else {
            fail(path, "a number of seconds above 0 is expected")
            return nil
        }
        return .seconds(number)
    }

    private mutating func tolerance(_ value: JSONValue, at path: String) -> Tolerance? {
        do {
            guard case .object = value else { return try Tolerance(literal: value) }
            guard value["type"]?.stringValue == "probe" else { return try Tolerance(object: value) }
            return activity(value, at: path).map { Tolerance(probe: $0, raw: value) }
        } catch {
            fail(path, error.message)
            return nil
        }
    }

    private mutating func warnOfList(
        _ tolerance: Tolerance, of activity: Activity, at path: String
    ) {
        guard tolerance.isListOfTwoNumbers else { return }
        switch activity.provider {
        case .http, .process: warn(.listOfTwo, path)
        case .python: break
        }
    }
}
