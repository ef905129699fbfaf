import Testing

/// One sentence that every file has to obey, with offences that it must notice, and innocent code that it must not.
struct Rule<Subject: Sendable>: Sendable, CustomTestStringConvertible {
    /// The rule, as one would say it.
    let sentence: String
    /// Planted offences to see that the rule works; each group alone must be noticed.
    let planted: [[Subject]]
    /// What looks like an offence but is not.
    let innocent: [Subject]
    /// One line for each offence found.
    let offences: @Sendable ([Subject]) -> [String]

    init(
        _ sentence: String, planted: [[Subject]], innocent: [Subject] = [],
        offences: @escaping @Sendable ([Subject]) -> [String]
    ) {
        self.sentence = sentence
        self.planted = planted
        self.innocent = innocent
        self.offences = offences
    }

    var testDescription: String { sentence }
}
