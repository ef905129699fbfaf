import Foundation

/// Lines of the benchmark's table.
enum Row {
    static func text(_ columns: String...) -> String {
        zip(columns, [20, 38, 24, 0]).map { $0.padding(toLength: max($1, $0.count + 1), withPad: " ", startingAt: 0) }
            .joined().trimmingCharacters(in: .whitespaces)
    }

    static func number(_ value: Double, _ digits: Int = 1) -> String {
        String(format: "%.\(digits)f", value)
    }

    static func whole(_ value: Double) -> String {
        String(format: "%.0f", value)
    }
}
