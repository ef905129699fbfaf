import PDex

extension ConsentEvidence {
    private static let typesMark = "types "

    /// The remark about the types that the payer may have; it is the last one.
    static func mark(allowedTypes: Set<String>) -> String {
        typesMark + allowedTypes.sorted().joined(separator: ", ")
    }

    /// The types that the payer might have then, as they were remarked; nil where it might have all.
    var allowedTypes: String? {
        guard let last = rule.split(separator: ";").last?.drop(while: { $0 == " " }),
            last.hasPrefix(Self.typesMark)
        else { return nil }
        return String(last.dropFirst(Self.typesMark.count))
    }
}
