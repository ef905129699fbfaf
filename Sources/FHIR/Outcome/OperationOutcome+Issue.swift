extension OperationOutcome {
    /// One issue that a server reported.
    public struct Issue: Sendable, Hashable {
        /// How bad it is.
        public var severity: Severity
        /// The kind of issue, a code of `issue-type`, for example `required`.
        public var code: String
        /// The elements it is about, as FHIRPath.
        public var expression: [String]
        /// The first code of `details`, the server's own name for the problem.
        public var detailsCode: String?
        /// What `details` says in words; like `diagnostics` it never goes into logs.
        public var detailsText: String?
        /// What the server says in words; it may hold health data, and never goes into logs.
        public var diagnostics: String?

        /// An issue of these parts.
        public init(
            severity: Severity, code: String, expression: [String] = [], detailsCode: String? = nil,
            detailsText: String? = nil, diagnostics: String? = nil
        ) {
            self.severity = severity
            self.code = code
            self.expression = expression
            self.detailsCode = detailsCode
            self.detailsText = detailsText
            self.diagnostics = diagnostics
        }

        /// Reads an issue; nil when the value is not an object. A severity that FHIR does not know counts as an error.
        init?(_ json: JSONValue) {
            guard case .object(let object) = json else { return nil }
            severity = object["severity"]?.string.flatMap { Severity(rawValue: $0) } ?? .error
            code = object["code"]?.string ?? "unknown"
            expression = (object["expression"] ?? object["location"])?.elements.compactMap(\.string) ?? []
            detailsCode = object["details"]?["coding"]?.elements.lazy.compactMap { $0["code"]?.string }.first
            detailsText = object["details"]?["text"]?.string
            diagnostics = object["diagnostics"]?.string
        }

        /// The issue as FHIR writes it.
        var json: JSONValue {
            var object: JSONObject = ["severity": .string(severity.rawValue), "code": .string(code)]
            var details: JSONObject = [:]
            details["coding"] = detailsCode.map { [["code": .string($0)]] }
            details["text"] = detailsText.map { .string($0) }
            object["details"] = detailsCode == nil && detailsText == nil ? nil : .object(details)
            object["diagnostics"] = diagnostics.map { .string($0) }
            object["expression"] = expression.isEmpty ? nil : .array(expression.map { .string($0) })
            return .object(object)
        }

        /// Severity, code and paths: only codes that FHIR defines, and paths that are nothing more.
        var summary: String {
            let code = Self.codes.contains(code) ? code : "unknown"
            let paths = expression.prefix(3).map { Self.isPath($0) ? $0 : "(path withheld)" }
            return ([severity.rawValue, code] + paths).joined(separator: " ")
        }

        /// The value set issue-type (FHIR R4).
        private static let codes: Set = [
            "invalid", "structure", "required", "value", "invariant", "security", "login", "unknown", "expired",
            "forbidden", "suppressed", "processing", "not-supported", "duplicate", "multiple-matches", "not-found",
            "deleted", "too-long", "code-invalid", "extension", "too-costly", "business-rule", "conflict", "transient",
            "lock-error", "no-store", "exception", "timeout", "incomplete", "throttled", "informational",
        ]

        /// Whether the text is a type and elements with indexes, such as `Patient.name[0].family`, so that nothing a
        /// person wrote can slip into a log: a name has a capital, a number has digits outside brackets.
        private static func isPath(_ text: String) -> Bool {
            guard text.utf8.count <= 128 else { return false }
            let steps = text.split(separator: ".", omittingEmptySubsequences: false)
            return ResourceTypes.contains(String(steps[0].prefix { $0 != "[" }))
                && steps.dropFirst().allSatisfy(isElement)
        }

        private static func isElement(_ step: Substring) -> Bool {
            let name = step.prefix { $0 != "[" }
            let place = step.dropFirst(name.count)
            guard let first = name.utf8.first, UInt8(ascii: "a")...UInt8(ascii: "z") ~= first, name.utf8.count <= 40
            else {
                return false
            }
            return name.utf8.allSatisfy(FHIRSyntax.isLetter)
                && (place.isEmpty
                    || place.utf8.count <= 6 && place.hasSuffix("]")
                        && place.dropFirst().dropLast().utf8.allSatisfy(FHIRSyntax.isDigit))
        }
    }
}
