/// What shows how much the storage system can bear, and what it uses.
extension ObservationCatalog {
    static let performance: [Entry] = [
        Entry(
            "baseline.requests", .wire,
            "requests of the storage system that reached the proxy in the baseline"),
        Entry(
            "baseline.errors_ratio", .client,
            "share of the operations of the baseline that were not served"),
        Entry(
            "baseline.slip_ratio", .client,
            "share of the operations of the baseline sent more than 10 ms late"),
        Entry(
            "baseline.throughput_per_second", .client,
            "operations served in a second of the baseline"),
        Entry(
            "baseline.p50_ms", .client,
            "time in which half of the operations of the baseline were served"),
        Entry(
            "baseline.p95_ms", .client,
            "time in which 95 % of the operations of the baseline were served"),
        Entry(
            "baseline.p99_ms", .client,
            "time in which 99 % of the operations of the baseline were served"),
        Entry(
            "sweep.requests", .wire,
            "requests of the storage system that reached the proxy in the sweep"),
        Entry(
            "sweep.errors_ratio", .client,
            "share of the operations of the sweep that were not served"),
        Entry(
            "sweep.p99_ratio", .client,
            "p99 with 8 clients of the sweep over that of the baseline"),
        Entry(
            "sweep.throughput_ratio", .client,
            "most operations served in a second of the sweep over those of the baseline"),
        Entry(
            "large.objects", .bytes,
            "large objects found in the primary storage"),
        Entry(
            "large.parts", .wire,
            "parts of large objects that reached the proxy"),
        Entry(
            "large.digest_mismatches", .bytes,
            "large objects that are missing or have another SHA-256 when read past the system"),
        Entry(
            "large.bytes_per_second", .client,
            "bytes of large objects written and read back in a second"),
        Entry(
            "stress.requests", .wire,
            "requests of the storage system that reached the proxy in the stress test"),
        Entry(
            "stress.saturated", .client,
            "1 if more load gave no more before the limit of the stress test was reached, else 0"),
        Entry(
            "stress.best_rate_per_second", .client,
            "operations asked for in a second of the stress test when most were served"),
        Entry(
            "stress.slip_ratio", .client,
            "share of the operations sent more than 10 ms late when most were served"),
        Entry(
            "stress.throughput_per_second", .client,
            "most operations served in a second of the stress test"),
        Entry(
            "stress.throughput_ratio", .client,
            "most operations served in a second of the stress test over those of the baseline"),
        Entry(
            "resources.descriptor_difference", .kernel,
            "open files of the process at rest more or fewer than before the load"),
        Entry(
            "resources.memory_bytes", .kernel,
            "resident memory of the process"),
        Entry(
            "resources.memory_slope_bytes_per_operation", .kernel,
            "growth of the resident memory of the process for each operation after warm-up"),
    ]
}
