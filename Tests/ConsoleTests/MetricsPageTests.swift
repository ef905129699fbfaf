import Foundation
import PDex
import Testing

@Suite("The page about metrics")
struct MetricsPageTests {
    @Test("tells every metric, with what the code says of it")
    func complete() throws {
        let page = try String(
            contentsOf: APIHarness.root.appendingPathComponent("docs/reference/metrics.md"), encoding: .utf8)
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `pdex_") }
        for metric in MetricName.allCases {
            let row = rows.filter { $0.hasPrefix("| `\(metric.rawValue)` |") }
            #expect(row.count == 1 && row[0].hasSuffix("| \(metric.help) |"), "\(metric.rawValue)")
        }
        #expect(
            rows.filter { !$0.contains("==") && !$0.contains(">") && !$0.contains("grows") }.count
                == MetricName.allCases.count)
    }
}
