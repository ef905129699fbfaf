import FHIR
import PDex
import Synchronization

/// A payer's server that hands out the answers to bulk questions, as the test writes them.
final class MatchFiles: ClinicServer {
    /// The outcome of a bulk question.
    struct Answer: Sendable {
        var lines: [String] = []
        var type: String? = "Group"
        var errors = 0
        var count: Int?
        var fault: Fault?
        /// How often it is not ready yet.
        var polls = 0
    }

    private let answers = Mutex<[Answer]>([])
    private let ended = Mutex(0)

    /// The answers, one after the other; then empty ones.
    func answer(_ next: Answer...) { answers.withLock { $0 += next } }

    /// How many answers the payer was told to drop.
    var finished: Int { ended.withLock { $0 } }

    var base: String { "https://fhir.med0.example/r4" }
    var requestsAtOnce: Int { 1 }

    func pollExport(_ statusURL: String) async throws -> ExportProgress {
        let answer = answers.withLock { answers in
            if !answers.isEmpty, answers[0].polls > 0 {
                answers[0].polls -= 1
                return Answer?.none
            }
            return answers.first ?? Answer()
        }
        guard let answer else { return .running(retryAfterSeconds: 5, note: nil) }
        if let fault = answer.fault {
            _ = answers.withLock { $0.removeFirst() }
            throw fault
        }
        let file = ExportManifest.File(type: answer.type, url: base + "/files/1", count: answer.count)
        return .complete(
            ExportManifest(
                transactionTime: Instant(seconds: 1), requiresAccessToken: true, output: [file],
                errors: Array(repeating: file, count: answer.errors), deleted: []))
    }

    func download(
        _ file: ExportManifest.File, requiresAccessToken: Bool, deliver: (LineBatch) async throws -> Void
    ) async throws -> Int {
        let answer = answers.withLock { $0.isEmpty ? Answer() : $0.removeFirst() }
        var (bytes, lines): ([UInt8], [Range<Int>]) = ([], [])
        for line in answer.lines {
            lines.append(bytes.count..<bytes.count + line.utf8.count)
            bytes += Array(line.utf8) + [10]
        }
        try await deliver(LineBatch(bytes: bytes, lines: lines))
        return bytes.count
    }

    func finishExport(_ statusURL: String) async { ended.withLock { $0 += 1 } }

    func withheldTypes(among types: [String]) async throws -> [String] { [] }
    func startExport(_ request: ExportRequest) async throws -> ExportStart {
        ExportStart(statusURL: base + "/status/1")
    }
    func capability() async throws -> ServerCapability { throw Self.unasked }
    func search(_ query: SearchQuery) async throws -> SearchPage { throw Self.unasked }
    func page(_ link: String) async throws -> SearchPage { throw Self.unasked }
    func read(type: String, id: String) async throws -> [UInt8]? { throw Self.unasked }

    private static let unasked = Fault(.usage, .stop, "nobody asks that of it")

    /// A Group as payers write it: the submitted people, and the member of each.
    static func group(
        _ kind: String, _ members: [(submitted: String, reference: String)], id: String = "g1"
    ) -> String {
        let contained = members.map { #"{"resourceType":"Patient","id":"\#($0.submitted)"}"# }
        let url = "http://hl7.org/fhir/us/davinci-pdex/StructureDefinition/base-ext-match-parameters"
        let entries = members.map {
            ##"{"entity":{"extension":[{"url":"\##(url)","valueReference":{"reference":"#\##($0.submitted)"}}],"##
                + #""reference":"\#($0.reference)"}}"#
        }
        return #"{"resourceType":"Group","id":"\#(id)","contained":[\#(contained.joined(separator: ","))],"#
            + #""code":{"coding":[{"code":"\#(kind)"}]},"member":[\#(entries.joined(separator: ","))]}"#
    }
}
