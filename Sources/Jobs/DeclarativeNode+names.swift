import DeclarativeFiles

extension DeclarativeNode {
    /// The name of a job, clinic or payer: `[a-z][a-z0-9-]{0,63}`.
    func name(_ report: inout FileReport) -> String? {
        word("a name of a-z, 0-9 and -, starting with a letter, at most 64 long", &report) { word in
            word.first.map { ("a"..."z").contains($0) } == true
                && word.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "-" }
        }
    }

    /// The name of a folder in `mappings/`: a name that may have dots for versions, but cannot lead out of that folder.
    func mappingsName(_ report: inout FileReport) -> String? {
        word("the name of a folder in mappings/, such as us-core-6.1.0", &report) { word in
            word.first != "."
                && word.allSatisfy {
                    ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "-" || $0 == "."
                }
        }
    }

    /// A FHIR `id`: 1 to 64 of `[A-Za-z0-9-.]`.
    func fhirID(_ report: inout FileReport) -> String? {
        word("a FHIR id of letters, digits, - and ., at most 64 long", &report) { word in
            word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == ".") }
        }
    }

    private func word(
        _ expected: String, _ report: inout FileReport, fits: ([Character]) -> Bool
    ) -> String? {
        guard let text = string(&report) else { return nil }
        guard (1...64).contains(text.unicodeScalars.count), fits(Array(text)) else {
            report.report("'\(text.prefix(64))' is not \(expected)", at: self)
            return nil
        }
        return text
    }
}
