import DRTesting
import Foundation
import Testing

/// `cron_fires.py` wrote down what another program makes of the same expressions.
struct CronAgreementTests {
    private static let file = URL(filePath: #filePath)
        .deletingLastPathComponent().appending(path: "cron-fires.json")

    @Test func expressionsFireWhenCroniterSays() throws {
        let stored = try JSONSerialization.jsonObject(with: Data(contentsOf: Self.file))
        let rows = try #require(stored as? [[Any]])
        #expect(rows.count == 200)
        for row in rows {
            let text = try #require(row[0] as? String)
            let cron = try CronExpression(text)
            var minute = try #require(row[1] as? Int)
            let steps = try #require(row[2] as? [Int])
            #expect(steps.count == 50)
            for step in steps {
                let next = try #require(cron.next(after: UInt64(minute) * 60_000_000))
                try #require(next == UInt64(minute + step) * 60_000_000, "\(text) after \(minute)")
                minute += step
            }
        }
    }
}
