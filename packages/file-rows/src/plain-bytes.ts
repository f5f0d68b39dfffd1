import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { CodedError, invalid } from '@flexprice/domain'

/** A file's bytes as they are stored, from a position on. */
export type OpenFile = (from: number) => Promise<Readable>

/** Pages of files are text: so many times more out of gzip than in is an attack on the disk or the time of others. */
const expansionMax = 200
const expansionFreeBytes = 64 * 1024 * 1024
const gunzipChunkBytes = 256 * 1024
/** A store that answers and then sends nothing is tried again. */
const stallMsMax = 30_000

/**
 * The bytes of a file's text from `offset` on, unpacked where it is gzip: that can only be read from its beginning.
 *
 * @param onRead told how many stored bytes are read so far
 * @throws validation_error for gzip that is broken, ends in the middle, or expands beyond measure; service_unavailable
 *   where nothing more comes
 */
export async function* plainBytes(
  open: OpenFile,
  { isGzip, offset }: { isGzip: boolean; offset: number },
  onRead: (bytes: number) => void = () => {},
): AsyncGenerator<Buffer> {
  const stored = await open(isGzip ? 0 : offset)
  const counted = counting(stored, isGzip ? 0 : offset, onRead)
  try {
    yield* isGzip ? unpacked(counted.bytes, offset, counted.read) : counted.bytes
  } finally {
    stored.destroy()
  }
}

function counting(stored: Readable, from: number, onRead: (bytes: number) => void) {
  let read = from
  async function* bytes(): AsyncGenerator<Buffer> {
    // Not while whoever reads is busy with what there is.
    const stalled = new CodedError('service_unavailable', 'Nothing more of the file has come')
    const chunks: AsyncIterator<Buffer> = stored[Symbol.asyncIterator]()
    for (;;) {
      const timer = setTimeout(() => stored.destroy(stalled), stallMsMax)
      const { value, done } = await chunks.next().finally(() => clearTimeout(timer))
      if (done) return
      read += value.length
      onRead(read)
      yield value
    }
  }
  return { bytes: bytes(), read: () => read }
}

async function* unpacked(
  stored: AsyncIterable<Buffer>,
  offset: number,
  readSoFar: () => number,
): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: gunzipChunkBytes })
  // Its failure comes out of the loop below.
  pipeline(stored, gunzip, () => {})
  let position = 0
  try {
    for await (const chunk of gunzip) {
      const end = position + chunk.length
      if (end > expansionFreeBytes && end > readSoFar() * expansionMax) {
        throw invalid([
          { path: '', message: `The gzip file expands to more than ${expansionMax} times its size` },
        ])
      }
      if (end > offset) yield chunk.subarray(Math.max(0, offset - position))
      position = end
    }
  } catch (error) {
    throw isGzipError(error) ? invalid([{ path: '', message: gzipProblem(error) }]) : error
  }
}

function isGzipError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^Z_/.test(error.code)
}

function gzipProblem({ code }: { readonly code: string }): string {
  return code === 'Z_BUF_ERROR' ? 'The gzip file ends in the middle' : 'The gzip file is broken'
}
