extension OperationOutcome {
    /// One thing a server had to say.
    public struct Issue: Sendable, Hashable {
        /// How bad it is.
        public var severity: Severity
        /// The kind of issue, a code of `issue-type`, for example `required`.
        public var code: String
        /// The elements it is about, as FHIRPath.
        public var expression: [String]
        /// The first code of `details`, the server's own name for the problem.
        public var detailsCode: String?
        /// What the server says in words; it may hold health data, and never goes into logs.
        public var diagnostics: String?

        /// An issue of these parts.
        public init(
            severity: Severity, code: String, expression: [String] = [], detailsCode: String? = nil,
            diagnostics: String? = nil
        ) {
            self.severity = severity
            self.code = code
            self.expression = expression
            self.detailsCode = detailsCode
            self.diagnostics = diagnostics
        }

        /// Reads an issue; nil when the value is not an object. A severity that FHIR does not know counts as an error.
        init?(_ json: JSONValue) {
            guard case .object(let object) = json else { return nil }
            severity = object["severity"]?.string.flatMap { Severity(rawValue: $0) } ?? .error
            code = object["code"]?.string ?? "unknown"
            expression = (object["expression"] ?? object["location"])?.elements.compactMap(\.string) ?? []
            detailsCode = object["details"]?["coding"]?.elements.lazy.compactMap { $0["code"]?.string }.first
            diagnostics = object["diagnostics"]?.string
        }

        /// The issue as FHIR writes it.
        var json: JSONValue {
            var object: JSONObject = ["severity": .string(severity.rawValue), "code": .string(code)]
            object["details"] = detailsCode.map { ["coding": [["code": .string($0)]]] }
            object["diagnostics"] = diagnostics.map { .string($0) }
            object["expression"] = expression.isEmpty ? nil : .array(expression.map { .string($0) })
            return .object(object)
        }

        /// Severity, code and paths, as far as they look like ones.
        var summary: String {
            let code = isWord(code, of: "-", atMost: 32) ? code : "unknown"
            let paths = expression.prefix(3).map { isWord($0, of: ".[]", atMost: 128) ? $0 : "(path withheld)" }
            return ([severity.rawValue, code] + paths).joined(separator: " ")
        }

        /// Only letters, digits and a few marks, so that nothing a person wrote can slip into a log.
        private func isWord(_ text: String, of marks: String, atMost limit: Int) -> Bool {
            (1...limit).contains(text.utf8.count)
                && text.utf8.allSatisfy { FHIRSyntax.isLetter($0) || FHIRSyntax.isDigit($0) || marks.utf8.contains($0) }
        }
    }
}
