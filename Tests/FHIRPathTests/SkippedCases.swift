/// Cases of HL7's file that do not pass here, by reason; a case that begins to pass has to leave the list.
enum SkippedCases {
    static let byReason: [(reason: String, names: [String])] = [
        (
            "strict mode: whether R4 has an element is not checked, since mappings meet resources before they are valid",
            [
                "testSimpleFail", "testSimpleWithWrongContext", "testPolymorphismB", "testPolymorphismAsB",
                "testDollarOrderNotAllowed", "testPolymorphicsB",
            ]
        ),
        (
            "the specification lets `as` and `ofType` accept a type that comes from the one asked for: a code is a string",
            ["testFHIRPathAsFunction11", "testFHIRPathAsFunction16"]
        ),
        (
            "the specification keeps a second's fraction when it is added; the file drops it",
            ["testPlusDate19"]
        ),
        (
            "a boundary with fewer digits must still hold the value: the file cuts -0.0034 to -0.0 and 0.0034 to 0.0",
            ["LowBoundaryDecimal15", "HighBoundaryDecimal15", "HighBoundaryDecimal16"]
        ),
        (
            "the last minute of an hour is its 59th; the file takes the first",
            ["HighBoundaryDateTimeMillisecond1", "HighBoundaryDateTimeMillisecond3"]
        ),
    ]

    static let names = byReason.flatMap(\.names)

    static func reason(for name: String) -> String? {
        byReason.first { $0.names.contains(name) }?.reason
    }
}
