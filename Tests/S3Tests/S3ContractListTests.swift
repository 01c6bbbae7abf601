import Foundation
import S3
import Testing

extension S3ContractTests {
    @Test(arguments: ContractServer.allCases)
    func aListComesInPages(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            let keys = (0..<10).map { "page/0\($0)" }
            for (size, key) in keys.reversed().enumerated() {
                try await client.put(TestBytes.make(size), to: key, in: bucket)
            }
            for key in ["other", "pag", "page", "pagf"] {
                try await client.put([1], to: key, in: bucket)
            }
            var pages: [[S3Page.Entry]] = []
            var token: String?
            repeat {
                let page = try await client.list(bucket, prefix: "page/", token: token, limit: 3)
                pages.append(page.entries)
                token = page.nextToken
            } while token != nil && pages.count < 10
            #expect(pages.map(\.count) == [3, 3, 3, 1])
            #expect(pages.joined().map(\.key) == keys)
            #expect(pages.joined().map(\.size) == Array((0..<10).reversed()))
        }
    }

    @Test(arguments: ContractServer.allCases)
    func aWholeListIsInTheOrderOfTheBytes(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            let keys = ["B", "a", "b/1", "b/10", "b/2", "z", "~", "\u{e9}", "日本"]
            var written: [String: String] = [:]
            for key in keys.reversed() {
                written[key] = try await client.put(Array(key.utf8), to: key, in: bucket).etag
            }
            let entries = try await client.listAll(bucket)
            #expect(entries.map(\.key) == keys)
            #expect(entries.map(\.size) == keys.map(\.utf8.count))
            #expect(entries.map(\.etag) == keys.compactMap { written[$0] })
            let under = try await client.listAll(bucket, prefix: "b/")
            #expect(under.map(\.key) == ["b/1", "b/10", "b/2"])
            #expect(try await client.listAll(bucket, prefix: "none").isEmpty)
        }
    }

    /// A parser of XML likes to trim what looks like layout.
    @Test(arguments: ContractServer.allCases)
    func aListKeepsTheBlanksOfKeys(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            let keys = [" before", "after ", "between& &entities", "x y"]
            for key in keys { try await client.put([1], to: key, in: bucket) }
            #expect(try await client.listAll(bucket).map(\.key) == keys)
        }
    }

    @Test(arguments: ContractServer.allCases)
    func aPrefixMayHoldAnything(_ server: ContractServer) async throws {
        try await server.test { client, bucket in
            let prefix = "a b+c%&=é/"
            try await client.put([1], to: prefix + "key", in: bucket)
            try await client.put([1], to: "a b", in: bucket)
            let under = try await client.listAll(bucket, prefix: prefix)
            #expect(under.map(\.key) == [prefix + "key"])
        }
    }
}
