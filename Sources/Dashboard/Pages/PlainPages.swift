/// Where somebody signs in.
struct SignInPage {
    /// Empty if nothing has gone wrong.
    let problem: String

    /// - Parameter code: of why signing in was refused, as it stands in the address.
    init(code: String?) {
        problem =
            switch code {
            case nil: ""
            case "rate_limited": "Too many tokens were refused. Try again in a while."
            default: "This token was not accepted. It may have expired, or be of another server."
            }
    }
}

/// Says why there is nothing to see.
struct ProblemPage {
    let shell: Shell
    let headline: String
    let sentence: String
}
