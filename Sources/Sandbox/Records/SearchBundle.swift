/// Writes a searchset, splicing the stored bytes of each resource in.
struct SearchBundle {
    let base: String
    let selfLink: String
    let nextLink: String?
    let total: Int?
    let matches: [StoredResource]
    let included: [StoredResource]

    /// The Bundle as JSON.
    var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity((matches + included).reduce(512) { $0 + $1.bytes.count + 160 })
        out += #"{"resourceType":"Bundle","type":"searchset","#.utf8
        if let total { out += #""total":\#(total),"#.utf8 }
        out += #""link":[{"relation":"self","url":"\#(selfLink)"}"#.utf8
        if let nextLink { out += #",{"relation":"next","url":"\#(nextLink)"}"#.utf8 }
        out.append(UInt8(ascii: "]"))
        let entries = matches.map { ($0, "match") } + included.map { ($0, "include") }
        for (index, (resource, mode)) in entries.enumerated() {
            out += (index == 0 ? #","entry":[{"fullUrl":""# : #",{"fullUrl":""#).utf8
            out += "\(base)/\(resource.key)\",\"resource\":".utf8
            out += resource.bytes
            out += #","search":{"mode":"\#(mode)"}}"#.utf8
        }
        if !entries.isEmpty { out.append(UInt8(ascii: "]")) }
        out.append(UInt8(ascii: "}"))
        return out
    }
}
