import Testing

/// One sentence that every file has to obey, with offences that it must notice and an innocent that it must not.
struct Rule<Subject: Sendable>: Sendable, CustomTestStringConvertible {
    /// The rule, as one would say it.
    let sentence: String
    /// Offences planted to see the rule bite; each group alone is noticed.
    let planted: [[Subject]]
    /// What looks like an offence and is none.
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
