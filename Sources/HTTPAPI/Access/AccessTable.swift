public import HTTPTypes

/// Who may use one route.
public struct AccessRule: Sendable {
    public enum Audience: Equatable, Sendable {
        case everybody
        case roles([Role])
    }

    public let method: HTTPRequest.Method
    /// As the router has it: `/api/testing/tests/{id}`. What the parameters are called does not
    /// count.
    public let path: String
    public let audience: Audience
    /// Whether it is a page: who is not signed in is sent to where he can.
    public let isPage: Bool
}

/// Who may use what. A route that does not stand here is refused to everybody.
public enum AccessTable {
    public static let rules: [AccessRule] = openRules + pageRules + readingRules + changingRules

    /// The rule of a route.
    public static func rule(for method: HTTPRequest.Method, _ path: String) -> AccessRule? {
        // A client that asks for the head of an answer may see no more and no less.
        let method = method == .head ? .get : method
        return rulesByRoute[route(method, path)]
    }

    /// The methods that a path has, which came with a request.
    public static func methods(of path: String) -> [HTTPRequest.Method] {
        let segments = path.split(separator: "/")
        let methods = rules.filter { fits($0.path, segments) }.map(\.method)
        return methods.contains(.get) ? methods + [.head] : methods
    }

    // MARK: The table

    private static let reading: [Role] = [.viewer, .auditor, .operator, .admin]
    private static let operating: [Role] = [.operator, .admin]
    private static let administering: [Role] = [.admin]

    private static let openRules = [
        everybody(.get, "/healthz"),
        everybody(.get, "/readyz"),
        everybody(.get, "/openapi.json"),
        everybody(.get, "/signin"),
        everybody(.post, "/signin"),
        everybody(.get, "/assets/{name}"),
    ]

    private static let pageRules = [
        page("/"),
        page("/history"),
        page("/tests/{id}"),
        page("/scenarios"),
        page("/schedules"),
        page("/findings"),
        page("/reports"),
        page("/alerts"),
        page("/audit"),
    ]

    private static let readingRules = [
        only(reading, .post, "/signout"),
        only(reading, .get, "/metrics"),
        only(reading, .get, "/api/testing/scenarios"),
        only(reading, .get, "/api/testing/history"),
        only(reading, .get, "/api/testing/tests/{id}"),
        only(reading, .get, "/api/testing/tests/{id}/results"),
        only(reading, .get, "/api/testing/tests/{id}/logs"),
        only(reading, .get, "/api/testing/tests/{id}/metrics"),
        only(reading, .get, "/api/testing/tests/{id}/events"),
        only(reading, .get, "/api/testing/events"),
        only(reading, .get, "/api/testing/reports"),
        only(reading, .get, "/api/testing/reports/{id}"),
        only(reading, .get, "/api/testing/reports/{id}/files/{name}"),
        only(reading, .get, "/api/testing/schedules"),
        only(reading, .get, "/api/testing/stats"),
        only(reading, .get, "/api/testing/findings"),
        only(reading, .get, "/api/testing/alerts"),
        only(reading, .get, "/api/testing/excuses"),
        only(reading, .get, "/api/testing/cadences"),
        only(reading, .get, "/api/testing/audit/head"),
        only(reading, .get, "/api/testing/audit/checkpoint"),
        only(reading, .get, "/api/testing/audit/proof/{position}"),
        only(reading, .get, "/api/testing/audit/views/{view}"),
    ]

    private static let changingRules = [
        only(operating, .post, "/api/testing/execute"),
        only(operating, .post, "/api/testing/tests/{id}/cancel"),
        only(operating, .post, "/api/testing/halt"),
        only(operating, .post, "/api/testing/reports/generate"),
        only(operating, .post, "/api/testing/schedule"),
        only(operating, .put, "/api/testing/schedules/{id}"),
        only(operating, .delete, "/api/testing/schedules/{id}"),
        only(operating, .post, "/api/testing/alerts/{id}/acknowledge"),
        only(operating, .post, "/api/testing/excuses"),
        only(operating, .put, "/api/testing/excuses/{id}"),
        only(operating, .delete, "/api/testing/excuses/{id}"),
        only(operating, .post, "/api/testing/cadences"),
        only(operating, .put, "/api/testing/cadences/{id}"),
        only(operating, .delete, "/api/testing/cadences/{id}"),
        only(administering, .post, "/api/testing/scenarios"),
        only(administering, .put, "/api/testing/scenarios/{id}"),
        only(administering, .delete, "/api/testing/scenarios/{id}"),
        only(administering, .post, "/api/testing/tokens/{id}/revoke"),
    ]

    // MARK: Its use

    private static let rulesByRoute = Dictionary(
        uniqueKeysWithValues: rules.map { (route($0.method, $0.path), $0) })

    /// A route without the names of its parameters: `GET /api/testing/tests/{}`.
    private static func route(_ method: HTTPRequest.Method, _ path: String) -> String {
        let segments = path.split(separator: "/").map { isParameter($0) ? "{}" : $0 }
        return "\(method.rawValue) /\(segments.joined(separator: "/"))"
    }

    private static func isParameter(_ segment: Substring) -> Bool { segment.first == "{" }

    private static func fits(_ path: String, _ segments: [Substring]) -> Bool {
        let pattern = path.split(separator: "/")
        return pattern.count == segments.count
            && zip(pattern, segments).allSatisfy { isParameter($0) || $0 == $1 }
    }

    private static func everybody(_ method: HTTPRequest.Method, _ path: String) -> AccessRule {
        AccessRule(method: method, path: path, audience: .everybody, isPage: false)
    }

    private static func page(_ path: String) -> AccessRule {
        AccessRule(method: .get, path: path, audience: .roles(reading), isPage: true)
    }

    private static func only(
        _ roles: [Role], _ method: HTTPRequest.Method, _ path: String
    ) -> AccessRule {
        AccessRule(method: method, path: path, audience: .roles(roles), isPage: false)
    }
}
