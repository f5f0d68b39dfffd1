import { createReadStream } from 'node:fs'
import { basename } from 'node:path'

/** A file that is sent as it is read, in the memory of one piece. */
export interface SentFile {
  readonly path: string
  /** Told how many of its bytes are on their way. */
  readonly onSent: (bytes: number) => void
}

const boundary = 'flexprice-file-dd5f1a0f4c2a4c0d'
export const fileContentType = `multipart/form-data; boundary=${boundary}`

/** The body of a request with one part, the file. */
export function sentFile({ path, onSent }: SentFile): ReadableStream<Uint8Array> {
  return ReadableStream.from(parts())

  async function* parts(): AsyncGenerator<Uint8Array> {
    const name = basename(path).replaceAll(/["\r\n]/g, '_')
    yield Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\n` +
        'content-type: application/octet-stream\r\n\r\n',
    )
    let sent = 0
    for await (const piece of createReadStream(path)) {
      yield piece
      sent += piece.length
      onSent(sent)
    }
    yield Buffer.from(`\r\n--${boundary}--\r\n`)
  }
}
