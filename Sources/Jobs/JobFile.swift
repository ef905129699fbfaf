public import DeclarativeFiles
import FHIR
import Foundation
import PDex

/// Reads jobs from `jobs/*.yaml`, and reports all their errors at once.
public enum JobFile {
    /// Reads the job in the file `path`.
    public static func load(path: String) throws(FileDiagnostics) -> Job {
        try job(in: DeclarativeFile.read(path: path))
    }

    /// Reads `text` as if it stood in a file called `path`.
    public static func parse(_ text: String, path: String) throws(FileDiagnostics) -> Job {
        try job(in: DeclarativeFile.parse(text, path: path))
    }

    /// Reads the jobs in all `.yaml` files of the folder `path`, in order of file name; the errors of all files are
    /// thrown together.
    public static func loadFolder(path: String) throws(FileDiagnostics) -> [Job] {
        var report = FileReport()
        var jobs: [Job] = []
        for name in try fileNames(in: path) {
            if name.hasSuffix(".yml") {
                report.report("job files end in .yaml; rename this one", path: "\(path)/\(name)", position: nil)
            }
            guard name.hasSuffix(".yaml") else { continue }
            do throws(FileDiagnostics) {
                jobs.append(try load(path: "\(path)/\(name)"))
            } catch {
                report.report(error)
            }
        }
        try report.throwIfAny()
        return jobs
    }

    /// The names in a folder, sorted, without hidden files.
    private static func fileNames(in folder: String) throws(FileDiagnostics) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }.sorted()
        } catch {
            throw FileDiagnostics([
                FileDiagnostic(path: folder, position: nil, message: "there is no such folder, or it cannot be read")
            ])
        }
    }

    private static func job(in file: DeclarativeFile) throws(FileDiagnostics) -> Job {
        var report = FileReport()
        let fields = file.root.fields(
            ["job", "about", "on", "from", "to", "select", "match", "consent", "map", "deliver", "retry"],
            required: ["job", "on", "from", "to", "select", "map"], in: "a job", &report)

        let name = fields["job"]?.name(&report)
        if let name, let node = fields["job"] { checkName(name, of: node, &report) }
        let about = fields["about"]?.string(&report)
        let start = fields["on"]?.start(&report)
        let clinic = fields["from"]?.name(&report)
        let payer = fields["to"]?.name(&report)
        let selection = fields["select"]?.selection(&report)
        let matchBy = fields["match"]?.matchRules(&report) ?? [.memberID, .subscriberID]
        let consentPolicy = fields["consent"]?.consentPolicy(&report)
        let mappings = fields["map"]?.mappingsName(&report)
        let delivery = fields["deliver"]?.delivery(&report) ?? Job.Delivery()
        let retry = fields["retry"]?.retryPolicy(&report) ?? RetryPolicy()

        try report.throwIfAny()
        guard let name, let start, let clinic, let payer, let selection, let mappings else {
            throw FileDiagnostics(report.diagnostics)
        }
        return Job(
            name: name, about: about ?? "", schedule: start.schedule, allowsRequests: start.allowsRequests,
            answerTime: start.answerTime ?? .businessDays(1), clinic: clinic, payer: payer, selection: selection,
            matchBy: matchBy, consentPolicy: consentPolicy, mappings: mappings,
            delivery: delivery, retry: retry)
    }

    /// A job has the name of its file, so that a message about either leads to the other.
    private static func checkName(_ name: String, of node: DeclarativeNode, _ report: inout FileReport) {
        let fileName = node.path.split(separator: "/").last.map(String.init) ?? node.path
        if fileName != "\(name).yaml" {
            report.report("the job '\(name)' must stand in \(name).yaml, not in \(fileName)", at: node)
        }
    }
}
