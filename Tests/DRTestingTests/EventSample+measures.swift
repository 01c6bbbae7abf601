import DRTesting

extension MetricRecorded {
    static var full: MetricRecorded {
        var event = MetricRecorded()
        (event.name, event.type, event.unit) = ("rto_actual_ms", "rto", "ms")
        (event.value, event.threshold, event.passed) = (0, -0.0, false)
        event.time = sampleTime
        return event
    }
}

extension MarkRecorded {
    static var full: MarkRecorded {
        var event = MarkRecorded()
        (event.mark, event.time, event.offsetUs) = ("impact", sampleTime, 4_000_001)
        return event
    }
}

extension TimelineBin {
    static var full: TimelineBin {
        var bin = TimelineBin()
        (bin.served, bin.deferred, bin.refused, bin.failed, bin.indeterminate) = (1, 2, 3, 4, 5)
        (bin.p50Us, bin.p99Us, bin.probesServed, bin.probesFailed) = (600, 7000, 8, 9)
        return bin
    }
}

extension TimelineRecorded {
    static var full: TimelineRecorded {
        var event = TimelineRecorded()
        (event.startUs, event.binUs) = (250_000_000, 500_000)
        event.bins = [.full, TimelineBin(), .full]
        return event
    }
}

extension PhaseSummarized {
    static var full: PhaseSummarized {
        var event = PhaseSummarized()
        event.phase = "during"
        (event.served, event.deferred, event.refused) = (1, 2, 3)
        (event.failed, event.indeterminate) = (4, 5)
        (event.p50Us, event.p90Us, event.p99Us, event.maximumUs) = (6, 7, 8, .max)
        event.durationUs = 30_000_000
        return event
    }
}

extension LedgerCompared {
    static var full: LedgerCompared {
        var offence = OffendingKey()
        (offence.key, offence.finding, offence.acknowledgedUs) = ("dr-test/a/1", "lost", 0)
        var event = LedgerCompared()
        (event.acknowledged, event.keys, event.intact) = (100, 90, 80)
        (event.lost, event.stale, event.corrupt, event.resurrected) = (4, 3, 2, 1)
        (event.unexpected, event.indeterminate, event.bytesCompared) = (5, 6, 1 << 40)
        event.offending = [offence, OffendingKey()]
        event.subject = "takeover"
        return event
    }
}
