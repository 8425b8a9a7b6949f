import Glibc

/// The name of the user who runs the command.
let userName: String = {
    if let name = getenv("USER") ?? getenv("LOGNAME") { return String(cString: name) }
    guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else {
        return "anonymous"
    }
    return String(cString: name)
}()
