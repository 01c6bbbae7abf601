import Testing

@testable import FaultProxy

/// What the API tells of the requests that its proxies have seen.
@Suite(.timeLimit(.minutes(1))) struct APIReadingTests {
    @Test func requestsAreCounted() async throws {
        try await withStorage { api, port in
            try await api.done(
                "POST /proxies/p/toxics", #"{"type":"s3_status","attributes":{"methods":["PUT"]}}"#)
            for _ in 0..<3 {
                _ = try await exchange("GET /b/k", port: port, headers: ["User-Agent: one"])
            }
            _ = try await exchange("PUT /b/k", port: port, headers: ["User-Agent: two/2"])
            let counts = try await api.done("GET /proxies/p/counts")
            #expect(
                counts.names == [
                    "now_ns", "connections", "requests", "forwarded", "answered", "faulted",
                    "requests_by_method", "faults_in_force",
                ])
            #expect(counts["connections"].int == 4 && counts["requests"].int == 4)
            #expect(counts["forwarded"].int == 3 && counts["answered"].int == 3)
            #expect(counts["faulted"].int == 1 && counts["faults_in_force"].int == 1)
            #expect(counts["requests_by_method"] == ["GET": .integer(3), "PUT": .integer(1)])
            let two = try await api.done("GET /proxies/p/counts?agent=two%2F2")
            #expect(two["requests"].int == 1 && two["faulted"].int == 1)
        }
    }

    @Test func arrivalsAreCountedBetweenTwoTimes() async throws {
        try await withStorage { api, port in
            let start = try await api.done("GET /proxies/p/counts")["now_ns"].int
            _ = try await exchange("GET /b/k", port: port, headers: ["User-Agent: one"])
            _ = try await exchange("PUT /b/k", port: port, headers: ["User-Agent: two"])
            let middle = try await api.done("GET /proxies/p/counts")["now_ns"].int
            _ = try await exchange("DELETE /b/k", port: port, headers: ["User-Agent: one"])
            func count(_ query: String) async throws -> Int {
                let arrivals = try await api.done("GET /proxies/p/arrivals?\(query)")
                #expect(arrivals.names == ["now_ns", "count"])
                #expect(arrivals["now_ns"].int > middle)
                return arrivals["count"].int
            }
            #expect(try await count("since_ns=\(start)") == 3)
            #expect(try await count("since_ns=\(start)&until_ns=\(middle)") == 2)
            #expect(try await count("since_ns=\(middle)") == 1)
            #expect(try await count("since_ns=\(start)&agent=one") == 2)
            #expect(try await count("since_ns=\(start)&methods=PUT,DELETE") == 2)
            #expect(try await count("since_ns=\(start)&methods=PUT&agent=one") == 0)
            #expect(try await count("since_ns=\(Int64.max >> 2)") == 0)
        }
    }

    @Test func operationsAreNumberedInTheOrderInWhichTheyEnded() async throws {
        try await withStorage { api, port in
            try await api.done(
                "POST /proxies/p/toxics",
                #"{"type":"s3_status","attributes":{"methods":["PUT"],"limit":1}}"#)
            _ = try await exchange(
                "PUT /b/a%20b?x=1", port: port,
                headers: [
                    "User-Agent: tests", "x-amz-meta-mark: 7", "amz-sdk-invocation-id: call-1",
                ])
            for number in 0..<3 { _ = try await exchange("GET /b/\(number)", port: port) }
            let page = try await api.done("GET /proxies/p/operations?after=0&limit=2")
            #expect(page.names == ["now_ns", "oldest", "newest", "operations"])
            #expect(page["oldest"].int == 1 && page["newest"].int == 4)
            #expect(page["operations"].elements.map { $0["number"].int } == [1, 2])
            let first = page["operations"].elements[0]
            #expect(
                first.names == [
                    "number", "sequence", "method", "bucket", "key", "agent", "metadata",
                    "invocation",
                    "received_ns", "finished_ns", "fault", "status",
                ])
            #expect(first["method"].string == "PUT" && first["bucket"].string == "b")
            #expect(first["key"].string == "a%20b" && first["agent"].string == "tests")
            #expect(first["metadata"] == ["mark": .string("7")])
            #expect(first["invocation"].string == "call-1")
            #expect(first["fault"].string == "s3_status" && first["status"] == .null)
            #expect(first["finished_ns"].int >= first["received_ns"].int)
            let second = page["operations"].elements[1]
            #expect(second["fault"] == .null && second["status"].int == 200)
            #expect(second["invocation"] == .null)
            let rest = try await api.done("GET /proxies/p/operations?after=2")
            #expect(rest["operations"].elements.map { $0["key"].string } == ["1", "2"])
            let none = try await api.done("GET /proxies/p/operations?after=4000000")
            #expect(none["operations"].elements.isEmpty && none["newest"].int == 4)
        }
    }

    @Test func onlyTheLastOperationsAreKept() {
        let journal = OperationJournal()
        #expect(journal.page(after: 0, limit: 10).oldest == 1)
        let count = OperationJournal.maximumOperations + 5
        for number in 1...count {
            journal.add(
                ProxiedOperation(
                    sequence: number, method: "GET", bucket: "b", key: "\(number)", agent: "",
                    metadata: [:], received: .now))
        }
        let page = journal.page(after: 0, limit: 3)
        #expect(page.oldest == 6 && page.newest == count)
        #expect(page.operations.map(\.number) == [6, 7, 8])
        #expect(page.operations.map(\.operation.sequence) == [6, 7, 8])
        #expect(journal.page(after: count - 1, limit: 3).operations.map(\.number) == [count])
    }

    /// A client that sends long names does not fill the memory.
    @Test func longNamesPushOthersOut() {
        let journal = OperationJournal()
        let key = String(repeating: "k", count: 1 << 20)
        for number in 1...40 {
            journal.add(
                ProxiedOperation(
                    sequence: number, method: "GET", bucket: "b", key: key, agent: "",
                    metadata: [:], received: .now))
        }
        let page = journal.page(after: 0, limit: 100)
        #expect(page.newest == 40 && page.operations.count < 32)
        #expect(page.operations.first?.number == page.oldest)
    }

    @Test func metricsAreThereWhenTheyAreAskedFor() async throws {
        try await withAPI(hasMetrics: true) { api in
            // In JSON as in Prometheus: a quotation mark and a backslash.
            let name = #"a\"b\\"#
            let port = try await api.create(name)
            let metrics = try await api.call("GET /metrics")
            #expect(metrics.status == 200)
            #expect(metrics.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
            let lines = Set(metrics.text.split(separator: "\n"))
            for line in [
                #"fault_proxy_build_info{version="0.1.0"} 1"#,
                #"fault_proxy_connections_total{proxy="\#(name)"} 0"#,
                #"fault_proxy_faults_in_force{proxy="\#(name)"} 0"#,
                "# TYPE toxiproxy_proxy_received_bytes_total counter",
                #"toxiproxy_proxy_sent_bytes_total{direction="downstream","#
                    + #"listener="127.0.0.1:\#(port)",proxy="\#(name)",upstream="127.0.0.1:9"} 0"#,
            ] {
                #expect(lines.contains(line[...]), "\(line)\n\(metrics.text)")
            }
        }
    }
}
