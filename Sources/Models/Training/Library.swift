internal import CXGBoost

/// libxgboost as such.
enum Library {
    /// `libxgboost 1.7.4`.
    static var version: String {
        var (major, minor, patch) = (Int32(0), Int32(0), Int32(0))
        unsafe XGBoostVersion(&major, &minor, &patch)
        return "libxgboost \(major).\(minor).\(patch)"
    }

    /// Turns a return code into an error with the library's own words.
    static func check(_ code: Int32, _ doing: String) throws(TrainingError) {
        guard code != 0 else { return }
        let message = unsafe XGBGetLastError().map { unsafe String(cString: $0) } ?? ""
        // `[20:37:52] ./src/data/data.cc:592: what` and, on further lines, addresses.
        var line = message.split(separator: "\n").first { !$0.isEmpty } ?? "no reason is given"
        if line.hasPrefix("["), let bracket = line.firstIndex(of: "]") {
            line = line[line.index(after: bracket)...].drop { $0 == " " }
        }
        throw .library(doing: doing, String(line))
    }
}
