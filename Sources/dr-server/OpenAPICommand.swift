import ArgumentParser
import HTTPAPI

struct OpenAPICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi", abstract: "Print the description of the API, OpenAPI 3.1.")

    func run() throws {
        do {
            try tell(String(decoding: APIDescription.whole.document, as: UTF8.self))
        } catch {
            throw explained(error)
        }
    }
}
