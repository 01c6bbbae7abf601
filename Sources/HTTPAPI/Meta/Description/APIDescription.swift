internal import HTTPTypes
internal import Wire

/// Everything that the API serves, said once: `/openapi.json` and `dr-server openapi` are made of
/// it, and a test compares it with what is served.
public struct APIDescription: Sendable {
    let operations: [APIOperation]

    /// Of all routes but the pages.
    public static let whole = APIDescription(
        operations: reading + changing + following + auditing + own)

    /// OpenAPI 3.1.
    public var document: [UInt8] {
        var writer = JSONWriter()
        writer.object { document in
            document.member("openapi", "3.1.0")
            document.name("info")
            document.object { info in
                info.member("title", "dr-testing")
                info.member("version", "1")
                info.member("summary", "Disaster-recovery tests of S3 storage, and their proof.")
            }
            document.name("paths")
            document.object { writePaths(to: &$0) }
            document.name("components")
            document.object { writeComponents(to: &$0) }
        }
        return writer.bytes
    }

    private func writePaths(to paths: inout JSONWriter) {
        var order: [String] = []
        for operation in operations where !order.contains(operation.path) {
            order.append(operation.path)
        }
        for path in order {
            paths.name(path)
            paths.object { item in
                for operation in operations where operation.path == path {
                    item.name(operation.method.rawValue.lowercased())
                    item.object { operation.write(to: &$0) }
                }
            }
        }
    }

    private func writeComponents(to components: inout JSONWriter) {
        components.name("schemas")
        components.object { schemas in
            for (name, schema) in APISchemas.all {
                schemas.name(name)
                schema.write(to: &schemas)
            }
        }
        components.name("securitySchemes")
        components.object { schemes in
            schemes.name("bearer")
            schemes.object { scheme in
                scheme.member("type", "http")
                scheme.member("scheme", "bearer")
                scheme.member("bearerFormat", "JWT")
            }
        }
    }
}

extension APIOperation {
    fileprivate func write(to object: inout JSONWriter) {
        object.member("operationId", id)
        object.member("summary", summary)
        object.name("tags")
        object.array { $0.string(tag) }
        writeAccess(to: &object)
        if !parameters.isEmpty {
            object.name("parameters")
            object.array { list in
                for parameter in parameters { list.object { parameter.write(to: &$0) } }
            }
        }
        if !body.isEmpty {
            object.name("requestBody")
            object.object { request in
                request.member("required", isBodyRequired)
                Content.write(body, to: &request)
            }
        }
        object.name("responses")
        object.object { responses in
            for answer in answers {
                responses.name(String(answer.status))
                responses.object { response in
                    response.member("description", answer.description)
                    answer.writeHeaders(to: &response)
                    if !answer.content.isEmpty { Content.write(answer.content, to: &response) }
                }
            }
        }
    }

    /// Who may do it, from the table that decides.
    private func writeAccess(to object: inout JSONWriter) {
        object.name("security")
        guard case .roles(let roles)? = rule?.audience else { return object.array { _ in } }
        object.array { list in
            list.object { requirement in
                requirement.name("bearer")
                requirement.array { _ in }
            }
        }
        object.name("x-roles")
        object.array { list in roles.forEach { list.string($0.rawValue) } }
    }
}

extension APIOperation.Answer {
    fileprivate func writeHeaders(to response: inout JSONWriter) {
        if headers.isEmpty { return }
        response.name("headers")
        response.object { object in
            for header in headers {
                object.name(header.name)
                object.object { member in
                    member.member("description", header.description)
                    member.name("schema")
                    JSONSchema.text().write(to: &member)
                }
            }
        }
    }
}

extension APIOperation.Parameter {
    fileprivate func write(to object: inout JSONWriter) {
        object.member("name", name)
        object.member("in", place.rawValue)
        object.member("description", description)
        object.member("required", place == .path)
        object.name("schema")
        schema.write(to: &object)
    }
}

extension APIOperation.Content {
    fileprivate static func write(_ contents: [Self], to object: inout JSONWriter) {
        object.name("content")
        object.object { types in
            for content in contents {
                types.name(content.mediaType)
                types.object { type in
                    type.name("schema")
                    content.schema.write(to: &type)
                }
            }
        }
    }
}
