/// Why a token is not accepted: a word that summaries of refusals count by.
enum TokenProblem: String, Error {
    case noToken = "no_token"
    /// It is no token at all.
    case malformed
    /// It is signed in a way, or by a key, that is not one of ours; so is what is not signed.
    case algorithm
    case signature
    case issuer
    case audience
    case expired
    /// It lacks a subject or a role, or lasts longer than tokens may.
    case claims
}
