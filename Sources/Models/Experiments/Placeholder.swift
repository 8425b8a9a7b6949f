/// A training run, as it is followed.
enum Placeholder {}
