public import FHIR

extension ScriptedPayer {
    /// How much a payer accepts at once, and how it refuses more.
    public struct Limit: Sendable {
        /// Most entries.
        public let entries: Int
        /// Most bytes.
        public let bytes: Int
        /// The status of the refusal.
        public let status: Int
        /// The body of the refusal.
        public let words: JSONValue

        /// A limit, refused with 413 unless told otherwise.
        public init(
            entries: Int = .max, bytes: Int = .max, status: Int = 413,
            words: JSONValue = ["resourceType": "OperationOutcome"]
        ) {
            self.entries = entries
            self.bytes = bytes
            self.status = status
            self.words = words
        }

        /// Whether a bundle exceeds it.
        public func isExceeded(by bundle: [UInt8]) -> Bool {
            let count = (try? JSONParser.parse(bundle))?["entry"]?.elements.count ?? 0
            return bundle.count > bytes || count > entries
        }
    }
}
