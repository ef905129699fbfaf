import Glibc
import Testing

@testable import PDexCLI

@Suite("What a crash leaves behind")
struct CoreFilesTests {
    @Test("no core file, and no secrets of TLS connections, whatever the environment says")
    func forbidden() async {
        await #expect(processExitsWith: .success) {
            setenv("SSLKEYLOGFILE", "keys", 1)

            CoreFiles.forbid()
            CoreFiles.forbidDumps()

            var core = rlimit(rlim_cur: 1, rlim_max: 1)
            getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &core)
            // PR_GET_DUMPABLE.
            let isDumpable = CoreFiles.control(3, 0) != 0
            let isForbidden = getenv("SSLKEYLOGFILE") == nil && core.rlim_cur == 0 && core.rlim_max == 0 && !isDumpable
            exit(isForbidden ? 0 : 1)
        }
    }
}
