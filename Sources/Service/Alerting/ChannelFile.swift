internal import DRTesting
public import EventLog
internal import FoundationEssentials
internal import Wire

/// Channels that cannot be read, and why. No secret is in the message.
public struct ChannelError: Error, Equatable, CustomStringConvertible {
    public let message: String

    public var description: String { message }
}

/// The channels of a data directory: those of its file, and the default one of the environment.
public enum ChannelFile {
    static let pagerDuty = "https://events.pagerduty.com/v2/enqueue"
    private static let maximumBytes = 1 << 20
    /// What may be asked for: all that there is, but for what nobody is told.
    private static let eventNames: [String] = {
        let all = (1...255).compactMap { (try? TestEvent(number: $0, payload: []))?.name }
        return ["*"] + all.filter { !$0.hasPrefix("delivery_") }
    }()
    private static let fields: Set = [
        "name", "url", "format", "secret", "routing_key", "events", "alert_types", "severity",
        "allow_local",
    ]

    /// - Parameter environment: `DR_CHANNELS` names another file than `channels.json` of the
    ///   directory; `DR_ALERT_WEBHOOK_URL`, `DR_ALERT_WEBHOOK_SECRET` and
    ///   `DR_ALERT_WEBHOOK_ALLOW_LOCAL` make the channel `default`; `DR_NOTIFICATION_ENABLED`
    ///   switches all of them off.
    public static func channels(
        of directory: DataDirectory, environment: [String: String]
    ) throws(ChannelError) -> [Channel] {
        guard try flag("DR_NOTIFICATION_ENABLED", environment, default: true) else { return [] }
        var channels: [Channel] = []
        if let channel = try defaultChannel(environment) { channels.append(channel) }
        let named = environment["DR_CHANNELS"]
        let path = named ?? directory.path + "/channels.json"
        if let bytes = FileManager.default.contents(atPath: path) {
            channels += try read(Array(bytes), file: path)
        } else if named != nil || FileManager.default.fileExists(atPath: path) {
            throw ChannelError(message: "the channels in \(path) cannot be read")
        }
        for (index, channel) in channels.enumerated()
        where channels[..<index].contains(where: { $0.name == channel.name }) {
            throw ChannelError(message: "two channels have the name '\(channel.name)'")
        }
        return channels
    }

    /// - Parameter file: how the file is named in messages.
    static func read(_ bytes: [UInt8], file: String) throws(ChannelError) -> [Channel] {
        if bytes.count > maximumBytes {
            throw ChannelError(message: "\(file) has more than 1 MiB")
        }
        let document: JSONValue
        do throws(JSONError) {
            document = try JSONValue(json: bytes)
        } catch {
            throw ChannelError(message: "\(file):\(error)")
        }
        guard let list = document["channels"]?.arrayValue else {
            throw ChannelError(message: "\(file): expected an object with a list 'channels'")
        }
        var channels: [Channel] = []
        for (index, entry) in list.enumerated() {
            do throws(ChannelError) {
                channels.append(try channel(entry))
            } catch {
                throw ChannelError(message: "\(file): channel \(index + 1): \(error.message)")
            }
        }
        return channels
    }

    private static func channel(_ entry: JSONValue) throws(ChannelError) -> Channel {
        guard let members = entry.objectValue else {
            throw ChannelError(message: "expected an object, found \(entry.kind)")
        }
        if let stranger = members.keys.first(where: { !fields.contains($0) }) {
            throw ChannelError(
                message: "there is no field '\(stranger)'; accepted: "
                    + fields.sorted().joined(separator: ", "))
        }
        guard let name = try text("name", entry), !name.isEmpty, name.utf8.count <= 100 else {
            throw ChannelError(message: "name: a text of 1 to 100 bytes is needed")
        }
        let format = try choice("format", entry, Channel.Format.allCases.map(\.rawValue))
        let kind = format.flatMap { Channel.Format(rawValue: $0) } ?? .plain
        let routingKey = try text("routing_key", entry) ?? ""
        if kind == .pagerduty && routingKey.isEmpty {
            throw ChannelError(message: "routing_key: PagerDuty needs one")
        }
        let address = try text("url", entry) ?? (kind == .pagerduty ? pagerDuty : "")
        return Channel(
            name: name, url: try url(address, of: "url"), format: kind,
            secret: try secret(entry), routingKey: routingKey,
            events: try choices("events", entry, eventNames) ?? ["alert_raised"],
            alertTypes: try choices("alert_types", entry, Alerts.types) ?? [],
            severity: try choice("severity", entry, Alerts.severities) ?? "low",
            allowsLocal: try flag("allow_local", entry))
    }

    private static func secret(_ entry: JSONValue) throws(ChannelError) -> [UInt8]? {
        guard let text = try text("secret", entry) else { return nil }
        return try secret(text, of: "secret")
    }

    private static func defaultChannel(
        _ environment: [String: String]
    ) throws(ChannelError) -> Channel? {
        guard let address = environment["DR_ALERT_WEBHOOK_URL"], !address.isEmpty else {
            return nil
        }
        var key: [UInt8]?
        if let text = environment["DR_ALERT_WEBHOOK_SECRET"], !text.isEmpty {
            key = try secret(text, of: "DR_ALERT_WEBHOOK_SECRET")
        }
        return Channel(
            name: "default", url: try url(address, of: "DR_ALERT_WEBHOOK_URL"), secret: key,
            allowsLocal: try flag("DR_ALERT_WEBHOOK_ALLOW_LOCAL", environment, default: false))
    }
}

// MARK: Values

extension ChannelFile {
    private static func url(_ text: String, of field: String) throws(ChannelError) -> WebhookURL {
        guard let url = WebhookURL(text) else {
            throw ChannelError(
                message: "\(field): accepted: http:// or https:// with a host, and without a user")
        }
        return url
    }

    private static func secret(_ text: String, of field: String) throws(ChannelError) -> [UInt8] {
        guard let secret = WebhookSignature.secret(text) else {
            throw ChannelError(
                message: "\(field): accepted: whsec_ and the Base64 of 24 to 64 bytes")
        }
        return secret
    }

    private static func flag(
        _ name: String, _ environment: [String: String], default standard: Bool
    ) throws(ChannelError) -> Bool {
        guard let text = environment[name] else { return standard }
        guard let value = Bool(text) else {
            throw ChannelError(message: "\(name) is '\(text)'; accepted: true or false")
        }
        return value
    }

    private static func flag(_ field: String, _ entry: JSONValue) throws(ChannelError) -> Bool {
        guard let value = entry[field] else { return false }
        guard let flag = value.boolValue else {
            throw ChannelError(message: "\(field): expected true or false, found \(value.kind)")
        }
        return flag
    }

    private static func text(_ field: String, _ entry: JSONValue) throws(ChannelError) -> String? {
        guard let value = entry[field] else { return nil }
        guard let text = value.stringValue else {
            throw ChannelError(message: "\(field): expected a text, found \(value.kind)")
        }
        return text
    }

    private static func choice(
        _ field: String, _ entry: JSONValue, _ accepted: [String]
    ) throws(ChannelError) -> String? {
        guard let text = try text(field, entry) else { return nil }
        guard accepted.contains(text) else {
            throw ChannelError(
                message: "\(field) is '\(text)'; accepted: \(accepted.joined(separator: ", "))")
        }
        return text
    }

    private static func choices(
        _ field: String, _ entry: JSONValue, _ accepted: [String]
    ) throws(ChannelError) -> Set<String>? {
        guard let value = entry[field] else { return nil }
        let texts = value.arrayValue?.map(\.stringValue) ?? [nil]
        guard !texts.contains(nil) else {
            throw ChannelError(message: "\(field): expected a list of texts")
        }
        let choices = texts.compactMap { $0 }
        // A channel that can never be told anything is a mistake that nobody would notice.
        if let stranger = choices.first(where: { !accepted.contains($0) }) {
            throw ChannelError(
                message: "\(field): there is no '\(stranger)'; accepted: "
                    + accepted.joined(separator: ", "))
        }
        return Set(choices)
    }
}
