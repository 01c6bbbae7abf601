internal import FoundationEssentials
internal import XMLCoder

/// The XML that S3 answers with.
enum ErrorDocument {
    /// Blanks at the ends of a key belong to it.
    private static func decoder() -> XMLDecoder {
        let decoder = XMLDecoder()
        decoder.trimValueWhitespaces = false
        return decoder
    }

    private struct Document: Decodable {
        let Code: String
        let Message: String?
    }

    static func error(for response: S3Response) -> S3Error {
        let document = try? decoder().decode(Document.self, from: Data(response.body))
        let code =
            document.map { S3Error.Code(name: $0.Code) } ?? S3Error.Code(status: response.status)
        // The message of a failed signature repeats what was signed.
        let text = code == .signatureDoesNotMatch ? "" : document?.Message ?? ""
        // Whoever answers decides how long it is.
        let message = String(text.prefix(500))
        return S3Error(
            code, status: response.status, message: message, finished: response.finished)
    }

    /// An answer with status 200 can still be an error, for example of a completed upload.
    static func decode<Document: Decodable>(
        _ type: Document.Type, from response: S3Response
    ) throws(S3Error) -> Document {
        do {
            return try decoder().decode(type, from: Data(response.body))
        } catch {
            let known = Self.error(for: response)
            if case .other = known.code {
                throw S3Error(
                    .badResponse, status: response.status,
                    message: "the answer is not the XML expected", finished: response.finished)
            }
            throw known
        }
    }
}

struct ListDocument: Decodable {
    struct Entry: Decodable {
        let Key: String
        let Size: Int
        let ETag: String?
    }

    let Contents: [Entry]?
    let IsTruncated: Bool
    let NextContinuationToken: String?
}

struct UploadDocument: Decodable {
    let UploadId: String
}

struct CompletedDocument: Decodable {
    let ETag: String
}
