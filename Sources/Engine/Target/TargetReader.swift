internal import FoundationEssentials
internal import S3
internal import Yams

/// Reads target files. Secrets may be given as `${NAME}`, from the environment.
public struct TargetReader {
    private let fields = YAMLFields()
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
        fields.checkNames(
            of: node,
            among: [
                "name", "kind", "environment", "scope", "allow_production", "primary",
                "secondary", "backup",
            ])
        let name = fields.text(fields.required("name", of: node))
        let environment = fields.text(fields.required("environment", of: node))
        if let kind = node.mapping?["kind"], fields.text(kind) != Target.Kind.builtin.rawValue {
            fields.fail(kind, "a target file describes a 'builtin' target")
        }
        let primary = fields.required("primary", of: node).flatMap { storage($0) }
        let secondary = node.mapping?["secondary"].flatMap { storage($0) }
        let backup = fields.required("backup", of: node).flatMap { storage($0) }
        guard let name, let environment, let primary, let backup else { return nil }
        return Target(
            name: name, kind: .builtin, environment: environment,
            scope: fields.text(node.mapping?["scope"])
                ?? "keys under dr-test/ of \(primary.bucket)",
            allowsProduction: fields.text(node.mapping?["allow_production"]) == "true",
            primary: primary, secondary: secondary, backup: backup)
    }

    private func storage(_ node: Node) -> StorageSettings? {
        fields.checkNames(
            of: node,
            among: [
                "endpoint", "bucket", "region", "access_key_id", "secret_access_key",
                "certificate_authority",
            ])
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
