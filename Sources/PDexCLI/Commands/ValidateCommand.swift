import ArgumentParser
import Conformance
import FHIR
import PDex

/// `pdex validate`: whether resources conform to the profiles of implementation guides.
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Hold resources against the profiles of implementation guides.",
        discussion: HelpText.with(
            """
            A FILE is one resource as JSON, a Bundle, whose entries are checked too, or NDJSON (.ndjson). Without \
            --profile a resource is held against the profiles it claims in meta.profile, or else against FHIR alone. \
            Findings never show a value of the resource.
            """,
            examples: [
                "pdex validate patient.json --package hl7.fhir.us.core-6.1.0.tgz",
                "pdex validate *.ndjson --package hl7.fhir.us.core#6.1.0 --output json",
            ]))

    @Argument(help: "Resources as .json or .ndjson.")
    var files: [String]

    @Option(
        name: .customLong("package"),
        help: ArgumentHelp(
            "A guide's package.tgz, or NAME#VERSION in ~/.fhir/packages; may be repeated.", valueName: "file"))
    var packages: [String] = []

    @Option(
        name: .customLong("profile"),
        help: ArgumentHelp("Hold resources of its type against this profile; may be repeated.", valueName: "url"))
    var profiles: [String] = []

    @OptionGroup var output: OutputOptions

    func run() throws {
        let packages = try load()
        for profile in profiles where packages.type(ofProfile: profile) == nil {
            throw Fault(
                .usage, .stop, "No package has the profile \(profile).", hint: "Name its package with --package.")
        }
        if !packages.missing.isEmpty, !output.quiet {
            let names = packages.missing.joined(separator: ", ")
            Terminal.write("not found, so not checked: \(names)\n", to: 2)
        }
        var checker = FileChecker(Validator(packages), profiles: profiles)
        for file in files { try checker.check(file) }
        let sheet = ValidationSheet(checker)
        output.results.write(sheet.json, text: sheet.text)
        if checker.invalid > 0 { throw Ending(status: .failed) }
    }

    private func load() throws -> PackageSet {
        do throws(PackageError) {
            return try PackageFinder().load(packages)
        } catch {
            throw Fault(.packageUnusable, .stop, error.description)
        }
    }
}
