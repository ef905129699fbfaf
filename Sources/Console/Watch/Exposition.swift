import PDex

/// Samples as the text that Prometheus reads (exposition format 0.0.4).
enum Exposition {
    static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// Each metric once, with all of its samples, in an order that does not change.
    static func text(_ samples: [MetricSample]) -> String {
        let families = Dictionary(grouping: samples, by: \.metric)
        return MetricName.allCases.map { metric in
            let lines = (families[metric] ?? []).map(line).sorted()
            return "# HELP \(metric.rawValue) \(metric.help)\n# TYPE \(metric.rawValue) \(metric.kind.rawValue)\n"
                + lines.joined()
        }.joined()
    }

    private static func line(_ sample: MetricSample) -> String {
        let labels = sample.labels.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",")
        return sample.metric.rawValue + sample.suffix + (labels.isEmpty ? "" : "{\(labels)}") + " "
            + number(sample.value) + "\n"
    }

    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            switch character {
            case "\\": text += #"\\"#
            case "\"": text += #"\""#
            case "\n", "\r\n": text += #"\n"#
            default: text.append(character)
            }
        }
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 0x1p53 ? String(Int64(value)) : String(value)
    }
}
