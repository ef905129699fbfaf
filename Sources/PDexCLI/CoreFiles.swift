import Foundation
import Glibc

/// Keeps this process's memory, with its keys, tokens and members' data, out of files that others may find.
///
/// A core file would hold all of it, and libcurl writes TLS session secrets to the file named by `SSLKEYLOGFILE`.
enum CoreFiles {
    /// `PR_SET_DUMPABLE` of Linux.
    private static let setDumpable: Int32 = 4

    /// Forbids both, whatever the environment says; must be called before threads start.
    ///
    /// A debug build can still be inspected by a debugger of the same user.
    static func forbid() {
        unsetenv("SSLKEYLOGFILE")
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        #if !DEBUG
        forbidDumps()
        #endif
    }

    /// Forbids what resource limits do not cover: core files piped to a program, and debuggers of the same user.
    static func forbidDumps() {
        _ = control(setDumpable, 0)
    }

    /// Linux's `prctl`, which Swift does not import because it is variadic; nil where there is none.
    static func control(_ option: Int32, _ value: UInt) -> Int32? {
        typealias Control = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
        guard let process = dlopen(nil, RTLD_NOW), let address = dlsym(process, "prctl") else { return nil }
        return unsafeBitCast(address, to: Control.self)(option, value, 0, 0, 0)
    }
}
