import FHIRPath
import Testing

@Suite("The code that an expression asks for first")
struct LeadingCodeTests {
    @Test(
        "is known where nothing else is asked before it",
        arguments: [
            "code.coding.exists(system = %loinc and code = '1-8')",
            "code.coding.exists(system = 'http://loinc.org' and code = '1-8') and value.exists()",
            "(code.coding.exists(system = %loinc and code = '1-8') and status = 'final') and value.exists()",
        ])
    func known(text: String) throws {
        let code = try #require(try PathExpression(text).leadingCode)

        #expect(code.element == "code")
        #expect(code.system == "http://loinc.org")
        #expect(code.code == "1-8")
    }

    @Test(
        "is nobody's where something else may make it true, or is asked first",
        arguments: [
            "code.coding.exists(system = %loinc and code = '1-8') or value.exists()",
            "code.coding.exists(system = %loinc and code = '1-8').not()",
            "status = 'final' and code.coding.exists(system = %loinc and code = '1-8')",
            "code.coding.exists(system = %loinc or code = '1-8')", "code.coding.exists(code = '1-8')",
            "code.coding.exists(system = %loinc and code != '1-8')", "code.coding.exists()",
            "component.code.coding.exists(system = %loinc and code = '1-8')",
            "code.coding.where(system = %loinc and code = '1-8').exists()",
        ])
    func unknown(text: String) throws {
        #expect(try PathExpression(text).leadingCode == nil)
    }
}
