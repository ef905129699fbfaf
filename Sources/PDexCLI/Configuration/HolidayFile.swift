import DeclarativeFiles
import Foundation
import Jobs

/// A file that holds a ``HolidayList``.
struct HolidayFile {
    /// Where it is.
    let path: String

    private static let mostBytes = 1 << 20

    /// The dates in it; each error is reported with its line.
    func dates(_ report: inout FileReport) -> [String] {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .uncached) else {
            report.report("there is no file of holidays that can be read", path: path, position: nil)
            return []
        }
        guard data.count <= Self.mostBytes, let text = String(bytes: data, encoding: .utf8) else {
            report.report("a file of holidays is UTF-8, and has at most 1 MiB", path: path, position: nil)
            return []
        }
        return HolidayList.dates(in: text, path: path, &report)
    }
}
