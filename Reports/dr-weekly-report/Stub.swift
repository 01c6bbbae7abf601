import ArgumentParser
@main struct Stub { static func main() {} }
