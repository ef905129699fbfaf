import FHIR
import FHIRClient
import Serving

/// Why a server does not do what it was asked: an HTTP status and an OperationOutcome.
struct Refusal: Error, Sendable {
    let status: Int
    /// A code of `http://hl7.org/fhir/issue-type`.
    let code: String
    let diagnostics: String
    /// Where in the request, as FHIRPath.
    var expression: [String] = []
    var headers: HTTPHeaders = [:]

    init(_ status: Int, _ code: String, _ diagnostics: String, headers: HTTPHeaders = [:]) {
        self.status = status
        self.code = code
        self.diagnostics = diagnostics
        self.headers = headers
    }

    /// The same refusal, pointing at an entry of the Bundle that was sent.
    func at(entry index: Int) -> Refusal {
        var copy = self
        copy.expression = ["Bundle.entry[\(index)]"]
        return copy
    }

    /// The OperationOutcome for the refusal.
    var outcome: JSONValue {
        var issue: JSONObject = ["severity": "error", "code": .string(code), "diagnostics": .string(diagnostics)]
        if !expression.isEmpty { issue["expression"] = .array(expression.map { .string($0) }) }
        return ["resourceType": "OperationOutcome", "issue": [.object(issue)]]
    }

    static func notFound(_ what: String) -> Refusal {
        Refusal(404, "not-found", "\(what) is not known here.")
    }

    static func notSupported(_ what: String) -> Refusal {
        Refusal(405, "not-supported", "\(what) is not offered.")
    }
}

extension ServedAnswer {
    /// A refusal as OperationOutcome.
    static func refusal(_ refusal: Refusal) -> ServedAnswer {
        fhir(refusal.status, refusal.outcome.serialized(), headers: refusal.headers)
    }
}

extension ServedRequest {
    /// Whether the body says it is a form.
    var isForm: Bool { mediaType == "application/x-www-form-urlencoded" }
}
