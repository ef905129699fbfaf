import Glibc
import Testing

@testable import PDexCLI

@Suite("How many files and connections may be open")
struct DescriptorLimitTests {
    private let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

    @Test("as many as the system allows, whatever it gives at first")
    func raised() {
        var given = rlimit()
        getrlimit(resource, &given)
        defer { setrlimit(resource, &given) }
        // One less is enough to see it, and other tests do not need that one.
        var less = given
        less.rlim_cur = given.rlim_max - 1
        let isLess = setrlimit(resource, &less) == 0

        DescriptorLimit.raise()

        var raised = rlimit()
        getrlimit(resource, &raised)
        #expect(isLess)
        #expect(raised.rlim_cur == given.rlim_max)
    }
}
