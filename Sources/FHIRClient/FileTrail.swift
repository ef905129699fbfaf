import PDex

/// Follows a file of an export, with the right credential: some servers answer a file's link with a redirect to a
/// signed link in their object store (BLK-43). No other request of ours follows a redirect.
struct FileTrail {
    /// The URL to ask next.
    private(set) var url: OutboundURL
    /// What goes along: our token at most, and only at the origin that the manifest named (BLK-40).
    private(set) var credential: OutboundPolicy.Credential
    private let policy: OutboundPolicy
    private let faults: ResponseFaults
    private var hops = 0

    /// The most redirects for one file.
    static let mostHops = 3
    private static let statuses: Set = [301, 302, 303, 307, 308]

    /// Begins at a file's link in the manifest. Throws `remote.policy`.
    init(_ file: String, requiresAccessToken: Bool, _ session: ServerSession) throws(Fault) {
        policy = session.policy
        faults = session.faults
        credential = requiresAccessToken ? .token : .none
        url = try policy.vet(file, from: "the export manifest", with: credential)
    }

    /// Whether an answer of that status is a redirect.
    static func leadsOn(_ status: Int) -> Bool { statuses.contains(status) }

    /// Follows a redirect. Throws `remote.policy` when it is not allowed or there are too many, and `remote.malformed`
    /// when it has no target.
    mutating func follow(_ location: String?) throws(Fault) {
        guard let location, !location.isEmpty else {
            throw faults.malformed("the redirect of a file", "it has no Location")
        }
        hops += 1
        guard hops <= Self.mostHops else { throw faults.tooManyRedirects(Self.mostHops) }
        // The only form of relative reference that every server means alike.
        let isPath = location.hasPrefix("/") && !location.hasPrefix("//")
        let target = try policy.vet(
            isPath ? url.origin + location : location, from: "the redirect of a file", with: .none)
        guard url.scheme == .http || target.scheme == .https else { throw faults.downgrade(url.origin) }
        // Once away from its origin the token stays behind, even if the way leads back.
        if target.origin != url.origin { credential = .none }
        url = target
    }
}

extension ResponseFaults {
    /// The fault of a file with too many redirects.
    fileprivate func tooManyRedirects(_ most: Int) -> Fault {
        policy("redirects a file more than \(most) times", "Ask its owner where the files are; a loop looks like this.")
    }

    /// The fault of a redirect from https to http.
    fileprivate func downgrade(_ origin: String) -> Fault {
        policy("redirects a file of \(origin) from https to http", "Ask its owner for links that stay with https.")
    }
}
