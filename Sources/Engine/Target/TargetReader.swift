internal import FoundationEssentials
internal import S3
internal import Yams

/// Reads target files. Secrets may be given as `${NAME}`, from the environment.
public struct TargetReader {
    let fields = YAMLFields()
    private let environment: [String: String]

    /// - Throws: `FileError`. No message repeats a value that may be a secret.
    public static func read(
        _ text: String, file: String, environment: [String: String]
    ) throws(FileError) -> Target {
        let reader = TargetReader(environment: environment)
        reader.fields.variables = environment
        reader.fields.usesEnvironment = true
        let target = reader.target(text)
        guard let target, reader.fields.problems.isEmpty else {
            let problems = reader.fields.problems.sorted {
                ($0.line, $0.column) < ($1.line, $1.column)
            }
            throw FileError(file: file, problems: problems)
        }
        return target
    }

    private init(environment: [String: String]) { self.environment = environment }

    private func target(_ text: String) -> Target? {
        guard let node = fields.document(text) else { return nil }
        let kind: Target.Kind? =
            if let given = node.mapping?["kind"] { fields.choice(given) } else { .builtin }
        // Of a kind that nobody knows nothing can be said.
        guard let kind else { return nil }
        let name = fields.text(fields.required("name", of: node))
        let environment = fields.text(fields.required("environment", of: node))
        let head = Head(
            name: name ?? "", environment: environment ?? "",
            scope: fields.text(node.mapping?["scope"]),
            allowsProduction: fields.text(node.mapping?["allow_production"]) == "true",
            allowance: node.mapping?["allow"].map { AllowanceReader(fields: fields).allowance($0) }
                ?? Allowance())
        let target =
            switch kind {
            case .embedded: embedded(node, head)
            case .builtin: builtin(node, head)
            case .http: service(node, head)
            }
        return name == nil || environment == nil ? nil : target
    }

    /// What targets of every kind have.
    struct Head {
        let name: String
        let environment: String
        let scope: String?
        let allowsProduction: Bool
        let allowance: Allowance
    }

    private func embedded(_ node: Node, _ head: Head) -> Target? {
        fields.checkNames(of: node, among: ["name", "kind", "environment", "scope", "allow"])
        return Target(
            name: head.name, kind: .embedded, environment: head.environment,
            scope: head.scope ?? Target.embedded.scope, allowsProduction: false, primary: nil,
            secondary: nil, backup: nil, allowance: head.allowance)
    }

    private func builtin(_ node: Node, _ head: Head) -> Target? {
        fields.checkNames(
            of: node,
            among: [
                "name", "kind", "environment", "scope", "allow_production", "primary",
                "secondary", "backup", "allow",
            ])
        let primary = fields.required("primary", of: node).flatMap { storage($0) }
        let secondary = node.mapping?["secondary"].flatMap { storage($0) }
        let backup = fields.required("backup", of: node).flatMap { storage($0) }
        guard let primary, let backup else { return nil }
        return Target(
            name: head.name, kind: .builtin, environment: head.environment,
            scope: head.scope ?? "keys under dr-test/ of \(primary.bucket)",
            allowsProduction: head.allowsProduction, primary: primary, secondary: secondary,
            backup: backup, allowance: head.allowance)
    }

    /// - Parameter more: members that are known beside those of every storage.
    func storage(_ node: Node, with more: [String] = []) -> StorageSettings? {
        fields.checkNames(
            of: node,
            among: [
                "endpoint", "bucket", "region", "access_key_id", "secret_access_key",
                "certificate_authority",
            ] + more)
        let endpointNode = fields.required("endpoint", of: node)
        let bucket = fields.text(fields.required("bucket", of: node))
        let id = secret("access_key_id", of: node, or: ["R2_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"])
        let key = secret(
            "secret_access_key", of: node, or: ["R2_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"])
        guard let endpointNode, let endpointText = fields.text(endpointNode), let bucket, let id,
            let key
        else { return nil }
        guard let endpoint = S3Endpoint(endpointText) else {
            fields.fail(
                endpointNode, "an endpoint is http:// or https://, a host and maybe a port")
            return nil
        }
        return StorageSettings(
            endpoint: endpoint, bucket: bucket,
            region: fields.text(node.mapping?["region"]) ?? "auto",
            credentials: S3Credentials(accessKeyID: id, secretAccessKey: key),
            extraAuthority: fields.text(node.mapping?["certificate_authority"]))
    }

    private func secret(_ name: String, of node: Node, or variables: [String]) -> String? {
        if let member = node.mapping?[name] { return fields.text(member) }
        if let value = variables.compactMap({ environment[$0] }).first { return value }
        fields.fail(node, "'\(name)' is missing, and so is \(variables[0]) in the environment")
        return nil
    }
}
