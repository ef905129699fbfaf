import ArgumentParser

/// A fraction of all, written as `5%` or `0.05`.
struct Share: Sendable, Hashable, ExpressibleByArgument, CustomStringConvertible {
    /// From 0 to 1.
    let fraction: Double

    static let none = Share(fraction: 0)

    private init(fraction: Double) {
        self.fraction = fraction
    }

    init?(argument: String) {
        let isPercent = argument.hasSuffix("%")
        guard let number = Double(isPercent ? String(argument.dropLast()) : argument) else { return nil }
        let fraction = isPercent ? number / 100 : number
        guard (0...1).contains(fraction) else { return nil }
        self.fraction = fraction
    }

    var description: String { fraction == 0 ? "0%" : "\(fraction * 100)%" }

    var defaultValueDescription: String { description }
}
