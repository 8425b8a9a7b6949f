internal import Archive
internal import Datasets
internal import Features
public import HTTP
internal import HTTPTypes

extension PlatformAPI {
    public func problem(of error: any Error) -> Problem? {
        switch error {
        case is TrainingRefusal, is RowError, is FeaturePlan.Fault:
            Problem(.refused, "Refused", .conflict, "\(error)")
        case DatasetWriteError.row(let error): problem(of: error)
        case DatasetWriteError.archive(let error): problem(of: error)
        case is ArchiveError, is ChunkDamage:
            Problem(
                .archiveFailed,
                "The archive does not give or take what is kept in it",
                .serviceUnavailable,
                "\(error)"
            )
        default: nil
        }
    }
}
