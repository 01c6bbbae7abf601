internal import Wire

extension ExperimentReader {
    mutating func provider(_ value: JSONValue?, at path: String) -> Provider? {
        guard case .object(let members)? = value, !members.isEmpty else {
            fail(path, "an object with a 'type' is expected")
            return nil
        }
        switch members["type"]?.stringValue {
        case "http": return http(members, at: path).map(Provider.http)
        case "process": return process(members, at: path).map(Provider.process)
        case "python": return python(members, at: path).map(Provider.python)
        default:
            let name = members["type"]?.pythonString ?? ""
            fail(
                path + ".type", "unknown provider type '\(name)'; accepted: http, process, python")
            return nil
        }
    }

    private mutating func http(_ members: JSONObject, at path: String) -> HTTPProvider? {
        let known = [
            "type", "url", "method", "headers", "arguments", "timeout", "verify_tls", "max_retries",
            "secrets",
        ]
        warnOfOthers(in: members, at: path, known: known + ["expected_status"])
        if members["expected_status"] != nil {
            warn(
                .ignored, path + ".expected_status",
                "'expected_status' is in the documentation of Chaos Toolkit but not used by it, "
                    + "and not here; write a tolerance")
        }
        let address = text("url", of: members, at: path)
        let method = members["method"]?.stringValue ?? "GET"
        let isToken = method.utf8.allSatisfy { byte in
            Character(Unicode.Scalar(byte)).isLetter && byte < 0x80
        }
        if method.isEmpty || !isToken { fail(path + ".method", "a method of HTTP is expected") }
        var headers: JSONObject?
        switch members["headers"] {
        case nil, .null?: break
        case .object(let object)?: headers = object
        default: fail(path + ".headers", "an object is expected")
        }
        let verifies = members["verify_tls"] ?? .bool(true)
        if verifies.boolValue == nil { fail(path + ".verify_tls", "true or false is expected") }
        if verifies.boolValue == false {
            warn(
                .ignored, path + ".verify_tls",
                "certificates are verified here all the same: this machine has to trust whoever "
                    + "signed the service's")
        }
        let retries = members["max_retries"]?.intValue ?? 0
        if !(0...100).contains(retries) { fail(path + ".max_retries", "0 to 100 is expected") }
        guard let url = address else { return nil }
        return HTTPProvider(
            url: url, method: method.uppercased(), headers: headers,
            arguments: members["arguments"], timeout: members["timeout"],
            isVerifyingTLS: verifies.isTrue, retries: retries)
    }

    private mutating func process(_ members: JSONObject, at path: String) -> ProcessProvider? {
        warnOfOthers(
            in: members, at: path, known: ["type", "path", "arguments", "timeout", "secrets"])
        let program = text("path", of: members, at: path)
        let timeout = seconds(members["timeout"], at: path + ".timeout")
        switch members["arguments"] {
        case nil, .null?, .string?, .array?, .object?: break
        default: fail(path + ".arguments", "a list, an object or a text is expected")
        }
        return program.map { program in
            ProcessProvider(path: program, arguments: members["arguments"], timeout: timeout)
        }
    }

    private mutating func python(_ members: JSONObject, at path: String) -> PythonProvider? {
        warnOfOthers(
            in: members, at: path, known: ["type", "module", "func", "arguments", "secrets"])
        let givenModule = text("module", of: members, at: path)
        let givenFunction = text("func", of: members, at: path)
        var arguments = JSONObject()
        switch members["arguments"] {
        case nil, .null?: break
        case .object(let object)?: arguments = object
        default: fail(path + ".arguments", "an object is expected")
        }
        let scopes = list(members["secrets"], at: path + ".secrets").compactMap(\.stringValue)
        guard let module = givenModule, let function = givenFunction else { return nil }
        checkToxiproxy(module, function, arguments, at: path)
        return PythonProvider(
            module: module, function: function, arguments: arguments, secrets: scopes)
    }

    /// What is known of the functions of `chaostoxi` is checked before anything runs.
    private mutating func checkToxiproxy(
        _ module: String, _ function: String, _ arguments: JSONObject, at path: String
    ) {
        guard let functions = ToxiproxyFunction.functions(of: module) else { return }
        guard let known = ToxiproxyFunction(rawValue: function), functions.contains(known) else {
            let accepted = functions.map(\.rawValue).joined(separator: ", ")
            fail(path + ".func", "\(module) has no '\(function)'; accepted: \(accepted)")
            return
        }
        do {
            _ = try known.check(arguments)
        } catch {
            fail(path + ".arguments", error.message)
        }
    }
}
