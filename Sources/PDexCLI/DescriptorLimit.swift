import Glibc

/// How many files and connections this process may have open.
///
/// Many systems start processes with 1,024, for the sake of old programs, and let each ask for more. Without a free
/// descriptor nothing can be read, sent or stored.
enum DescriptorLimit {
    /// Asks for as many as the system allows; if refused, the limit stays as it was.
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
