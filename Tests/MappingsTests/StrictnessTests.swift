import Testing

@Suite("What is wrong with a mapping file is said with its line and column")
struct StrictnessTests {
    @Test(
        "a verb that does not exist",
        arguments: [
            ("whn: status = 'final'", "thing.yaml:6:1: unknown key 'whn' in a mapping — did you mean 'when'?"),
            ("requires: []", "thing.yaml:6:1: unknown key 'requires' in a mapping — did you mean 'require'?"),
        ])
    func unknownVerb(line: String, problem: String) throws {
        #expect(try SetOnDisk(SetOnDisk.observation(line)).problems == [problem])
    }

    @Test(
        "an element that R4 does not have",
        arguments: [
            ("[statsu]", "thing.yaml:5:8: R4 has no element 'statsu' here — did you mean 'status'?"),
            ("[value]", "thing.yaml:5:8: 'value' is a choice element — did you mean 'value[x]'?"),
            ("[\"status[x]\"]", "thing.yaml:5:8: 'status' is not a choice element — did you mean 'status'?"),
            ("[valueQuantity]", "thing.yaml:5:8: 'valueQuantity' is a choice element — did you mean 'value[x]'?"),
            (
                "[component.cod]",
                "thing.yaml:5:8: R4 has no element 'component.cod' here — did you mean 'component.code'?"
            ),
            ("[status, status]", "thing.yaml:5:16: 'status' is kept twice"),
            ("[component.code, component]", "thing.yaml:5:24: 'component' is kept twice"),
            ("[component, component.code]", "thing.yaml:5:19: 'component.code' is kept twice"),
            ("[extension()]", "thing.yaml:5:8: 'extension()' names no extension"),
            (
                "[code.text]",
                "thing.yaml:5:8: 'code' is of a data type, which is kept whole or not — did you mean 'code'?"
            ),
            ("[id]", "thing.yaml:5:8: 'id' is always looked after and not listed"),
        ])
    func unknownElement(keep: String, problem: String) throws {
        #expect(try SetOnDisk(SetOnDisk.observation(keep: keep)).problems == [problem])
    }

    @Test(
        "an error inside an expression, at its own column",
        arguments: [
            ("status.exsts()", "thing.yaml:5:14: unknown function 'exsts' — did you mean 'exists'?"),
            ("\"status.exsts()\"", "thing.yaml:5:15: unknown function 'exsts' — did you mean 'exists'?"),
            ("status = %clinik.base", "thing.yaml:5:16: unknown variable '%clinik' — did you mean 'clinic'?"),
            ("status = 'final", "thing.yaml:5:16: the closing ' is missing"),
            ("value.ofType(dateTme)", "thing.yaml:5:20: unknown type 'dateTme' — did you mean 'dateTime'?"),
        ])
    func expressionError(when: String, problem: String) throws {
        #expect(try SetOnDisk(SetOnDisk.observation(when: when)).problems == [problem])
    }

    @Test(
        "a setting that cannot be",
        arguments: [
            ("{ path: status }", "thing.yaml:6:7: a setting needs either 'value', 'expr' or 'add'"),
            ("{ path: status, add: final }", "thing.yaml:6:28: 'status' does not repeat: 'value' sets it"),
            (
                "{ path: category, add: [] }",
                "thing.yaml:6:30: 'add' takes one item, which is neither null nor a list"
            ),
            (
                "{ path: status, value: null }",
                "thing.yaml:6:30: a value cannot be null; FHIR leaves an element out instead"
            ),
            ("{ path: status, value: [final] }", "thing.yaml:6:30: 'status' does not repeat"),
            ("{ path: code.coding, value: {} }", "thing.yaml:6:35: 'code.coding' repeats: its value is a list"),
            ("{ path: code.text, value: [a] }", "thing.yaml:6:33: 'code.text' does not repeat"),
            (
                "{ path: code.codng, value: [] }",
                "thing.yaml:6:15: R4's CodeableConcept has no element 'codng' — did you mean 'coding'?"
            ),
            ("{ path: contained, value: [] }", "thing.yaml:6:15: what is contained is mapped for itself and not set"),
            ("{ path: category, value: {} }", "thing.yaml:6:32: 'category' repeats: its value is a list"),
            (
                "{ path: effective, value: x }",
                "thing.yaml:6:15: 'effective' is a choice of types: name one of them here "
                    + "— did you mean 'effectiveDateTime'?"
            ),
        ])
    func setting(item: String, problem: String) throws {
        #expect(try SetOnDisk(SetOnDisk.observation("set: [\(item)]")).problems == [problem])
    }

    @Test("a concept map that is not there")
    func missingConceptMap() throws {
        let mapping = SetOnDisk.observation("translate: [{ path: code, with: codess }]")
        let set = try SetOnDisk(mapping, conceptMaps: ["codes": ConceptMapTests.colours])
        #expect(set.problems == ["thing.yaml:6:33: there is no concept-maps/codess.json — did you mean 'codes'?"])
    }

    @Test("a file that set.yaml does not list, and one that does not exist")
    func listing() throws {
        let set = try SetOnDisk(SetOnDisk.observation(), listed: "[other]")
        #expect(
            set.problems == [
                "other.yaml: the file cannot be read, or is larger than 1 MiB",
                "set.yaml:5:11: 'thing' has a file but is not listed here",
            ])
    }

    @Test("a verb that is written before one that works earlier")
    func order() throws {
        let set = try SetOnDisk(SetOnDisk.observation("require: []\nwhen: status = 'final'"))
        #expect(
            set.problems == [
                "thing.yaml:5:7: 'keep' works after 'when' and is written after it"
            ])
    }

    @Test("all problems are said at once")
    func allAtOnce() throws {
        let set = try SetOnDisk(
            SetOnDisk.observation(keep: "[statsu]", "whn: x\nset: [{ path: status, expr: status.exsts() }]"))
        #expect(set.problems.count == 3)
    }
}
