internal import EventLog
internal import HTTPTypes
public import HTTPAPI
public import Hummingbird
internal import NIOCore

/// The pages, drawn by the server from the same tables that the API reads.
///
/// Who may open them, and what is sent with each of them, the router has decided before.
public struct DashboardRoutes: Sendable {
    let parts: APIParts
    private let templates = PageTemplates()
    private let assets = Assets()

    public init(_ parts: APIParts) { self.parts = parts }

    public func add(to router: Router<APIContext>) {
        router.get("/assets/{name}") { request, context in
            try assets.response(to: request, named: try context.parameters.require("name"))
        }
        router.get("/signin") { request, _ in
            let page = SignInPage(code: PageAddress(request).value(of: "error"))
            return Self.response(templates.render(page, as: "signin"))
        }
        page("/", on: router) { try overview($0, $1) }
        page("/history", on: router) { try history($0, $1) }
        page("/tests/{id}", on: router) { try test($0, $1) }
        page("/scenarios", on: router) { try scenarios($0, $1) }
        page("/schedules", on: router) { try schedules($0, $1) }
        page("/findings", on: router) { try findings($0, $1) }
        page("/reports", on: router) { try reports($0, $1) }
        page("/alerts", on: router) { try alerts($0, $1) }
        page("/audit", on: router) { try audit($0, $1) }
    }

    /// - Parameter draw: blocks for reading; `nil`: there is nothing of that name.
    private func page(
        _ path: RouterPath, on router: Router<APIContext>,
        _ draw: @escaping @Sendable (Tables, Visit) throws -> Drawn?
    ) {
        router.get(path) { request, context in
            let caller = try context.signedIn
            let viewer = Viewer(
                subject: caller.subject, role: caller.role, csrf: context.csrfToken ?? "")
            let visit = Visit(
                viewer: viewer, address: PageAddress(request), id: context.parameters.get("id"),
                now: parts.clock.now())
            // Drawing takes as long as reading does, and must not keep others waiting either.
            let (html, isFound) = try await parts.store.read { reader -> (String, Bool) in
                let tables = try Tables(parts.views, reader)
                if let page = try draw(tables, visit) {
                    return (templates.render(page.content, as: page.template), true)
                }
                return (try missing(tables, visit), false)
            }
            return Self.response(html, isFound ? .ok : .notFound)
        }
    }

    private func missing(_ tables: Tables, _ visit: Visit) throws -> String {
        let shell = Shell("Not found", section: "", visit.viewer, try tables.counts())
        let page = ProblemPage(
            shell: shell, headline: "There is no such test",
            sentence: "A test's number is the position of its first event in the log.")
        return templates.render(page, as: "problem")
    }

    private static func response(
        _ html: String, _ status: HTTPResponse.Status = .ok
    ) -> Response {
        Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }
}

/// Who opens which page when.
struct Visit: Sendable {
    let viewer: Viewer
    let address: PageAddress
    /// Of the test that the path names.
    let id: String?
    /// Microseconds since 1970.
    let now: UInt64
}

/// A page and the template that shows it.
struct Drawn {
    let template: String
    let content: Any

    init(_ template: String, _ content: Any) {
        (self.template, self.content) = (template, content)
    }
}
