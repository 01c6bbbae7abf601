import DRTesting
import Testing

struct ObservationCatalogTests {
    @Test func namesAreUnique() {
        let names = ObservationCatalog.entries.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(!names.isEmpty)
    }

    @Test func everyEntryIsFoundByItsName() {
        for entry in ObservationCatalog.entries {
            #expect(ObservationCatalog.entry(named: entry.name)?.meaning == entry.meaning)
        }
        #expect(ObservationCatalog.entry(named: "breaker")?.name == nil)
        #expect(ObservationCatalog.entry(named: "Breaker.state")?.name == nil)
        #expect(ObservationCatalog.entry(named: "")?.name == nil)
    }

    @Test func everyEntrySaysWhatItMeans() {
        for entry in ObservationCatalog.entries {
            #expect(entry.meaning.count >= 10, "\(entry.name)")
            #expect(!entry.meaning.hasSuffix("."), "\(entry.name)")
            #expect(entry.meaning.allSatisfy { !$0.isNewline }, "\(entry.name)")
        }
    }

    @Test func namesAreAPartAndWhatIsSeenOfIt() {
        for entry in ObservationCatalog.entries {
            let parts = entry.name.split(separator: ".", omittingEmptySubsequences: false)
            #expect(parts.count == 2, "\(entry.name)")
            let isPlain = entry.name.allSatisfy {
                $0.isLowercase || $0.isNumber || $0 == "_" || $0 == "."
            }
            #expect(isPlain, "\(entry.name)")
            #expect(parts.allSatisfy { $0.first?.isLowercase == true }, "\(entry.name)")
        }
    }

    /// A state that only the component itself knows never suffices, so each must be marked.
    @Test func whatAComponentSaysOfItselfIsMarked() {
        let own = ObservationCatalog.entries.filter { $0.source == .self }.map(\.name)
        #expect(own.contains("breaker.state"))
        #expect(own.contains("breaker.half_open_seen"))
        #expect(own.contains("queue.depth"))
        #expect(own.contains("health.state"))
        #expect(own.contains("backup.verified_problems"))
        #expect(own.contains("failover.state"))
    }

    @Test func whatARunnerPlansIsNotSeen() {
        #expect(ObservationCatalog.entry(named: "fault.fraction")?.source.isIndependent == false)
    }

    @Test func sourcesHaveTheNamesOfTheEvidence() {
        let sources = Set(ObservationCatalog.entries.map(\.source.rawValue))
        #expect(sources == ["wire", "bytes", "receiver", "client", "kernel", "self"])
    }

    /// Memory that is given back does not show that a storage works.
    @Test func onlyTheWireTheBytesAndAReceiverProveAnything() {
        let sources: [Observation.Source] = [.wire, .bytes, .receiver, .client, .kernel, .self]
        #expect(sources.map(\.isIndependent) == [true, true, true, false, false, false])
    }

    @Test func everyRatioNeedsSamples() {
        for entry in ObservationCatalog.entries {
            let isRatio = entry.name.split(separator: "_").contains("ratio")
            #expect(entry.standardSamples == (isRatio ? 100 : nil), "\(entry.name)")
        }
    }
}
