import Serving

extension ReadInteractions {
    /// Answers the reading requests of R4: read, vread, search by GET and POST, and next links; nil for others.
    func answer(
        _ segments: [String], _ request: ServedRequest, in store: inout FHIRStore
    ) throws(Refusal) -> ServedAnswer? {
        let isStrict = request.prefers("handling=strict")
        switch (request.method, segments.count) {
        case ("GET", 0):
            guard let text = FormFields(request.query)?["_page"] else { return nil }
            guard let page = PageToken(text) else { throw Refusal(400, "invalid", "The page link is not one of ours.") }
            return try search(page, isStrict: isStrict, in: &store)
        case ("GET", 1) where Self.isTypeName(segments[0]):
            return try search(segments[0], query: request.query, isStrict: isStrict, in: &store)
        case ("POST", 2) where Self.isTypeName(segments[0]) && segments[1] == "_search":
            guard request.isForm, let body = String(validating: request.body, as: UTF8.self) else {
                throw Refusal(415, "invalid", "POST _search takes a form.")
            }
            let query = [request.query, body].filter { !$0.isEmpty }.joined(separator: "&")
            return try search(segments[0], query: query, isStrict: isStrict, in: &store)
        case ("GET", 2) where Self.isTypeName(segments[0]) && !segments[1].hasPrefix("$"):
            return try read(segments[0], segments[1], version: nil, in: store)
        case ("GET", 4) where Self.isTypeName(segments[0]) && segments[2] == "_history":
            return try read(segments[0], segments[1], version: segments[3], in: store)
        default: return nil
        }
    }

    private static func isTypeName(_ text: String) -> Bool {
        text.first?.isUppercase == true && text.utf8.allSatisfy { (65...90).contains($0) || (97...122).contains($0) }
    }
}
