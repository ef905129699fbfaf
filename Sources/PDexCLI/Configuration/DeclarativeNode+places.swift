import DeclarativeFiles
import FHIRClient
import PDex
import SQLiteStore

extension DeclarativeNode {
    /// The store: `sqlite`, its file, and `retention`.
    func store(_ report: inout FileReport) -> (path: String, retention: StoreRetention)? {
        let fields = fields(["sqlite", "retention"], required: ["sqlite"], in: "the store", &report)
        let retention = fields["retention"]?.retention(&report) ?? StoreRetention()
        return fields["sqlite"]?.filePath(&report).map { ($0, retention) }
    }

    /// A path; a relative one is resolved against the folder of the file that contains it.
    func filePath(_ report: inout FileReport) -> String? {
        guard let text = string(&report) else { return nil }
        guard !text.isEmpty, !text.hasPrefix("~"), !text.utf8.contains(0) else {
            report.report(
                "'\(key ?? "path")' must be a path; relative ones are taken from the folder of this file, "
                    + "and ~ is not expanded",
                at: self)
            return nil
        }
        return beside(text)
    }

    /// The folder for a payer's file drops; no two payers may share one, since its content is for one payer only.
    func dropFolder(_ others: inout Set<String>, _ report: inout FileReport) -> String? {
        guard var path = filePath(&report) else { return nil }
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        if !others.insert(path).inserted {
            report.report("'drop-folder' is the folder of another payer; each needs its own", at: self)
        }
        return path
    }

    /// Packages of guides: paths, or names with a version as in `~/.fhir/packages`.
    func packages(_ report: inout FileReport) -> [String] {
        (list(&report) ?? []).compactMap { node in
            guard let text = node.string(&report) else { return nil }
            return text.contains("#") && !text.contains("/") ? text : node.filePath(&report)
        }
    }

    /// A path as the process can open it; a relative one is resolved against the folder of this node's file.
    func beside(_ place: String) -> String {
        if place.hasPrefix("/") { return place }
        var folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        var rest = place.split(separator: "/")[...]
        while let first = rest.first, first == "." || first == ".." {
            if first == ".." {
                guard let last = folder.last, !["", ".", ".."].contains(last) else { break }
                folder.removeLast()
            }
            rest.removeFirst()
        }
        return (folder + rest).joined(separator: "/")
    }

    /// An absolute https URL, without a trailing slash; http is allowed only for this machine.
    func url(_ report: inout FileReport) -> String? {
        guard var text = string(&report) else { return nil }
        while text.hasSuffix("/") { text.removeLast() }
        do {
            _ = try OutboundPolicy(base: text, allowsPrivateNetwork: true)
            return text
        } catch {
            let isPlain = text.lowercased().hasPrefix("http://")
            let reason = isPlain ? "http is only for this machine itself (127.0.0.1); write https" : error.message
            report.report("'\(key ?? "URL")' cannot be used: \(reason)", at: self)
            return nil
        }
    }

    /// The URLs listed here.
    func urls(_ report: inout FileReport) -> [String]? {
        guard let elements = list(&report) else { return nil }
        var urls: [String] = []
        for element in elements {
            if let url = element.url(&report) { urls.append(url) }
        }
        return urls
    }

    /// An identifier system: an absolute URI (FHIR R4, Identifier.system).
    func identifierSystem(_ report: inout FileReport) -> String? {
        guard let text = string(&report) else { return nil }
        let scheme = text.prefix { $0 != ":" }
        let isAbsolute = scheme.count < text.count - 1 && scheme.first?.isLetter == true
        guard isAbsolute, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            report.report(
                "'identifier-system' must be an absolute URI of yours, such as https://clinic.example/fhir-id", at: self
            )
            return nil
        }
        return text
    }
}
