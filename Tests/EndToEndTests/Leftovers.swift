import Foundation

/// What a run could leave behind on the machine.
enum Leftovers {
    /// The ports on which a process listens.
    static func ports(of pid: Int32) -> Set<Int> {
        let descriptors = "/proc/\(pid)/fd"
        let files = FileManager.default
        let names = (try? files.contentsOfDirectory(atPath: descriptors)) ?? []
        let links = names.compactMap {
            try? files.destinationOfSymbolicLink(atPath: "\(descriptors)/\($0)")
        }
        let sockets = Set(links.filter { $0.hasPrefix("socket:") })
        return Set(listeners().filter { sockets.contains($0.socket) }.map(\.port))
    }

    /// All ports on which somebody listens.
    static func ports() -> Set<Int> { Set(listeners().map(\.port)) }

    private static func listeners() -> [(port: Int, socket: String)] {
        // The kernel gives it a page at a time; `FileManager` would take the first for all.
        let file = FileHandle(forReadingAtPath: "/proc/net/tcp")
        let table = (try? file?.readToEnd()) ?? Data()
        return String(decoding: table, as: UTF8.self).split(separator: "\n").dropFirst()
            .compactMap { line -> (port: Int, socket: String)? in
                let fields = line.split(separator: " ").map { String($0) }
                guard fields.count > 9, fields[3] == "0A",
                    let port = Int(fields[1].suffix(4), radix: 16)
                else { return nil }
                return (port: port, socket: "socket:[\(fields[9])]")
            }
    }

    /// The processes, but this one, whose arguments name a folder.
    static func processes(naming folder: String) -> [String] {
        let files = FileManager.default
        let own = String(ProcessInfo.processInfo.processIdentifier)
        let names = (try? files.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.filter { Int32($0) != nil && $0 != own }.compactMap { name -> String? in
            let bytes = files.contents(atPath: "/proc/\(name)/cmdline") ?? Data()
            let arguments = String(decoding: bytes, as: UTF8.self)
            guard arguments.contains(folder) else { return nil }
            return "\(name) " + arguments.replacingOccurrences(of: "\0", with: " ")
        }
    }

    /// A process that was killed together with its pipe ends soon, not at once.
    static func processesInTheEnd(naming folder: String) async -> [String] {
        let deadline = ContinuousClock.now + .seconds(5)
        while ContinuousClock.now < deadline {
            if processes(naming: folder).isEmpty { return [] }
            try? await Task.sleep(for: .milliseconds(50))
        }
        return processes(naming: folder)
    }

    /// A process that is told from a later one with the same number by when it began.
    struct Child: Hashable, Sendable {
        let pid: Int32
        fileprivate let parent: Int32
        fileprivate let began: String
    }

    /// The processes below another one, whatever they are called with.
    static func descendants(of pid: Int32) -> Set<Child> {
        let all = children()
        var found: Set<Child> = []
        var parents: Set<Int32> = [pid]
        while true {
            let next = all.filter { parents.contains($0.parent) }
            if next.isSubset(of: found) { return found }
            found.formUnion(next)
            parents = Set(next.map(\.pid))
        }
    }

    private static func children() -> Set<Child> {
        let files = FileManager.default
        let names = (try? files.contentsOfDirectory(atPath: "/proc")) ?? []
        return Set(names.compactMap { Int32($0) }.compactMap { child($0) })
    }

    /// `nil` if there is no such process, or only what its parent has yet to take note of.
    private static func child(_ pid: Int32) -> Child? {
        let fields = statistics(of: pid)
        guard fields.count > 19, fields[0] != "Z", let parent = Int32(fields[1]) else { return nil }
        return Child(pid: pid, parent: parent, began: fields[19])
    }

    /// Whether a signal has stopped a process.
    static func isStopped(_ pid: Int32) -> Bool { statistics(of: pid).first == "T" }

    /// What the kernel tells of a process, from its state on. Empty if there is none.
    private static func statistics(of pid: Int32) -> [String] {
        let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/stat") ?? Data()
        let text = String(decoding: bytes, as: UTF8.self)
        // The name, in brackets, may hold anything.
        guard let end = text.lastIndex(of: ")") else { return [] }
        return text[end...].split(separator: " ").dropFirst().map { String($0) }
    }

    /// Those that are still there when they had time to end. Whose child they are may have changed.
    static func alive(_ former: Set<Child>) async -> [Int32] {
        let deadline = ContinuousClock.now + .seconds(5)
        while true {
            let alive = former.filter { child($0.pid)?.began == $0.began }
            if alive.isEmpty || ContinuousClock.now > deadline { return alive.map(\.pid).sorted() }
            try? await Task.sleep(for: .milliseconds(50))
        }
    }
}
