import Conformance
import DeclarativeFiles
import Foundation
import Mappings
import PDex

/// The mapping sets of a configuration: one folder each.
struct MappingFolders: Sendable {
    let path: String
    /// The packages whose value sets expressions may refer to.
    var packages: [String] = []

    /// The names of the sets, sorted.
    var names: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { FileManager.default.fileExists(atPath: "\(path)/\($0)/set.yaml") }.sorted()
    }

    /// The set of that name. Throws `mapping.invalid` with every diagnostic.
    func load(_ name: String) throws(Fault) -> MappingSet {
        try check(name)
        do {
            return try MappingSet.load(directory: directory(name), digests: Assembly.digests)
        } catch {
            throw Fault(.mappingInvalid, error, hint: "Correct the lines named; then  pdex mappings lint \(name).")
        }
    }

    /// The set of that name, and a context for evaluating its expressions. Throws `mapping.invalid` with every
    /// diagnostic, or for an unknown value set, and `package.unusable`.
    ///
    /// Packages are read only for a set that uses value sets.
    func loadWithContext(_ name: String) throws(Fault) -> (set: MappingSet, context: MappingContext) {
        let set = try load(name)
        guard !set.valueSets.isEmpty else { return (set, MappingTests.context) }
        let vocabulary = try ProfileFiles(packages: packages, mappings: path).vocabulary(of: set)
        return (set, MappingTests.context.knowing { vocabulary.isMember($0, of: $1) })
    }

    /// The results of the tests beside a set's mappings. Throws `mapping.invalid` with every diagnostic.
    func test(_ name: String) throws(Fault) -> [MappingTests.Result] {
        let (set, context) = try loadWithContext(name)
        do {
            return try MappingTests.run(set, directory: directory(name), in: context)
        } catch {
            throw Fault(.mappingInvalid, error, hint: "Correct the lines named; then  pdex mappings test \(name).")
        }
    }

    /// The lines of a set that can be broken without any test noticing. Throws `mapping.invalid` with every diagnostic.
    func survivors(of name: String) throws(Fault) -> [MappingMutant] {
        let (set, context) = try loadWithContext(name)
        do {
            return try MappingTests.survivors(of: set, directory: directory(name), in: context)
        } catch {
            throw Fault(.mappingInvalid, error, hint: "Correct the lines named; then  pdex mappings test \(name).")
        }
    }

    /// The folder of a set.
    func directory(_ name: String) -> String { "\(path)/\(name)" }

    private func check(_ name: String) throws(Fault) {
        let names = names
        guard !names.contains(name) else { return }
        let suggestion = Suggestion.closest(to: name, among: names).map { " — did you mean '\($0)'?" } ?? ""
        let known = names.isEmpty ? "none" : names.joined(separator: ", ")
        throw Fault(
            .mappingInvalid, .stop, "There is no mapping set '\(name.prefix(64))' in \(path)\(suggestion)",
            hint: "Sets there: \(known).")
    }
}
