import DeclarativeFiles
import SQLiteStore

extension DeclarativeNode {
    /// `retention` of the store: ages in days such as `90d`; a kind that is not named is kept for good.
    func retention(_ report: inout FileReport) -> StoreRetention {
        let fields = fields(["bundles", "receipts", "requests"], in: "retention", &report)
        return StoreRetention(
            bundles: fields["bundles"]?.days(&report), receipts: fields["receipts"]?.days(&report),
            requests: fields["requests"]?.days(&report))
    }

    private func days(_ report: inout FileReport) -> Int? {
        guard let text = string(&report) else { return nil }
        guard text.hasSuffix("d"), let days = Int(text.dropLast()), (1...36_500).contains(days) else {
            report.report("'\(key ?? "age")' must be an age in days such as 90d", at: self)
            return nil
        }
        return days
    }
}
