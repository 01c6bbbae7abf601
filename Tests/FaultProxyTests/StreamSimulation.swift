import NIOCore

@testable import FaultProxy

/// Lets scripted bytes go through faults of a stream, with no socket and no clock.
struct StreamSimulation {
    enum Event: Sendable {
        /// So many zeros.
        case bytes(Int)
        case text(String)
        case end
        case change(Int, StreamFault.Kind)
        case remove(Int)
    }

    private var lane = StreamLane()
    private var output: [String] = []

    /// - Parameter script: what happens, by the millisecond.
    /// - Returns: what comes out, as `millisecond text`; zeros as their number.
    static func run(
        _ kinds: [StreamFault.Kind], _ script: [(Int, Event)], until end: Int = 10_000
    ) -> [String] {
        var simulation = StreamSimulation()
        for (index, kind) in kinds.enumerated() {
            _ = simulation.lane.put(
                kind, token: "\(index)", random: SplitMix64(seed: UInt64(index)), at: time(0))
        }
        for (millisecond, event) in script {
            simulation.advance(to: time(millisecond))
            simulation.happen(event, at: time(millisecond))
        }
        simulation.advance(to: time(end))
        return simulation.output
    }

    /// Not from 0: time does not begin with a connection.
    private static func time(_ millisecond: Int) -> NIODeadline {
        .uptimeNanoseconds(1_000_000_000 + UInt64(millisecond) * 1_000_000)
    }

    private mutating func advance(to time: NIODeadline) {
        while let due = lane.due, due <= time { collect(at: due) }
    }

    private mutating func happen(_ event: Event, at time: NIODeadline) {
        switch event {
        case .bytes(let count):
            let buffer = ByteBuffer(repeating: 0, count: count)
            lane.take(.bytes(StreamBytes(buffer)), at: time)
        case .text(let text): lane.take(.bytes(StreamBytes(ByteBuffer(string: text))), at: time)
        case .end: lane.take(.over(.end), at: time)
        case .change(let index, let kind):
            _ = lane.put(kind, token: "\(index)", random: SplitMix64(seed: 0), at: time)
        case .remove(let index): lane.remove("\(index)", at: time)
        }
        collect(at: time)
    }

    private mutating func collect(at time: NIODeadline) {
        let now = max(time, Self.time(0))
        let millisecond = Int(now.uptimeNanoseconds / 1_000_000) - 1000
        for piece in lane.advance(to: now) { output.append("\(millisecond) \(Self.text(piece))") }
    }

    private static func text(_ piece: StreamPiece) -> String {
        switch piece {
        case .bytes(let bytes):
            bytes.buffer.readableBytesView.first == 0
                ? "\(bytes.count)" : String(buffer: bytes.buffer)
        case .over(let ending): "\(ending)"
        }
    }
}
