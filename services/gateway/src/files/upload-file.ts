import { createHash } from 'node:crypto'
import { finished, type Readable, Transform } from 'node:stream'
import type { Multipart, MultipartFile } from '@fastify/multipart'
import { uploadFile } from '@flexprice/contracts/operations'
import { newId, readTimeOfDay } from '@flexprice/database/connection'
import { insertFileUpload } from '@flexprice/database/imports'
import { CodedError, invalid } from '@flexprice/domain'
import { fileKey } from '@flexprice/file-store'
import type { FastifyRequest } from 'fastify'
import { callerDatabase } from '../caller.ts'
import { callerGone } from '../caller-gone.ts'
import type { AppConfig } from '../config.ts'
import type { Dependencies } from '../dependencies.ts'
import { leaveWork } from '../plugins/take-places.ts'
import { type Api, routeOf } from '../route.ts'

/**
 * Hands a file on to the store as it comes, in the memory of some pieces. It exists once the store has it whole:
 * what breaks off, or is too large, leaves nothing.
 */
export function uploadFileRoute(
  api: Api,
  { database, files }: Pick<Dependencies, 'database' | 'files'>,
  config: Pick<AppConfig, 'fileBytesMax' | 'fileUploadsMax' | 'requestTimeoutMs'>,
  closing: AbortSignal,
): void {
  let uploads = 0
  api.route({
    ...routeOf(uploadFile),
    // Before a body is read as something else.
    onRequest: async (request) => expectMultipart(request),
    async handler(request, reply) {
      if (uploads >= config.fileUploadsMax) {
        throw new CodedError('service_unavailable', 'Too many files are coming in', { retryAfterMs: 5_000 })
      }
      uploads++
      try {
        const scoped = callerDatabase(database, request)
        const timeOfDay = await readTimeOfDay(scoped)
        leaveWork(request)
        const id = newId('fileUpload')
        const key = fileKey(timeOfDay, id)
        // One byte more than may be: what is cut off there was too large, and is refused where it is counted.
        const parts = request.parts({ limits: { fileSize: config.fileBytesMax + 1 } })
        const arrival = { parts, gone: callerGone(reply, closing), config }
        const { part, sums } = await passOn(arrival, (content) => files.write(key, content)).catch(
          (error: unknown) => {
            // The rest is of no use to anybody: its connection ends with the answer.
            reply.header('connection', 'close')
            throw error
          },
        )
        const fileName = nameOf(part)
        await insertFileUpload(scoped, { id, store_key: key, file_name: fileName, ...sums }, timeOfDay)
        return reply.code(201).send({ upload_id: id, file_name: fileName ?? undefined, ...sums })
      } finally {
        uploads--
      }
    },
  })
}

type Limits = Pick<AppConfig, 'fileBytesMax' | 'requestTimeoutMs'>

type Parts = AsyncIterator<Multipart>
/** The parser leaves out what its part does not say. */
type FilePart = Omit<MultipartFile, 'fieldname' | 'filename'> & { fieldname?: string; filename?: string }

async function passOn(
  { parts, gone, config }: { parts: Parts; gone: AbortSignal; config: Limits },
  write: (content: Readable) => Promise<void>,
): Promise<{ part: FilePart; sums: { size: number; sha256: string } }> {
  const part = await fileOf(parts)
  const { file } = part
  const { stream, sums } = measuring(config, () => expectEnd(parts))
  const stop = (): void =>
    void stream.destroy(new CodedError('service_unavailable', 'The upload was broken off'))
  gone.addEventListener('abort', stop, { once: true })
  // Not its event alone: a short body may have broken off before anybody could listen.
  finished(file, (error) => {
    if (error) stream.destroy(refusal(error))
  })
  try {
    await write(file.pipe(stream))
    return { part, sums: sums() }
  } finally {
    file.resume()
  }
}

/** A boundary has 1 to 70 characters (RFC 2046, 5.1.1). */
const multipartType = /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"[^"]{1,70}"|[^\s;"]{1,70})\s*(?:;|$)/i

function expectMultipart({ headers }: FastifyRequest): void {
  if (multipartType.test(headers['content-type'] ?? '')) return
  const message = 'must be multipart/form-data with a boundary: the body is one part, `file`'
  throw invalid([{ path: 'content-type', message }])
}

async function fileOf(parts: Parts): Promise<FilePart> {
  const part = await nextOf(parts)
  if (part === undefined) throw invalid([{ path: 'file', message: 'is required' }])
  if (part.filename !== undefined || part.mimetype === 'application/octet-stream') return part
  part.file.resume()
  throw invalid([{ path: 'file', message: 'must come first, as a file: its part needs a filename' }])
}

/** The file is whole once the body has ended as it must, with nothing else in it. */
async function expectEnd(parts: Parts): Promise<void> {
  const part = await nextOf(parts)
  if (part === undefined) return
  part.file.resume()
  const path = part.fieldname?.slice(0, nameLengthMax).toWellFormed() || 'file'
  throw invalid([{ path, message: 'is a part too many: the body is one part, the file' }])
}

async function nextOf(parts: Parts): Promise<FilePart | undefined> {
  try {
    const { done, value } = await parts.next()
    // Each comes as a file (`takeFiles`).
    return done || value.type !== 'file' ? undefined : value
  } catch (error) {
    throw refusal(error)
  }
}

/** What the parser says of a body that is none has no code; all else that may befall it has. */
function refusal(error: unknown): Error {
  if (error instanceof Error && 'code' in error) return error
  const message = 'is not complete: the body ends without its closing boundary'
  return invalid([{ path: 'file', message }])
}

/**
 * Counts what passes; ends it where it is too much, or where nothing comes for long. What is kept has no end, and so
 * is not kept, before `whole` has seen that of the body.
 */
function measuring({ fileBytesMax, requestTimeoutMs }: Limits, whole: () => Promise<void>) {
  const hash = createHash('sha256')
  let size = 0
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      timer.refresh()
      size += chunk.length
      hash.update(chunk)
      if (size > fileBytesMax)
        done(invalid([{ path: 'file', message: `is larger than ${fileBytesMax} bytes` }]))
      else done(null, chunk)
    },
    flush(done) {
      whole().then(() => done(), done)
    },
    destroy(error, done) {
      clearTimeout(timer)
      done(error)
    },
  })
  const timer = setTimeout(
    () => stream.destroy(new CodedError('service_unavailable', 'The file did not arrive in time')),
    requestTimeoutMs,
  )
  return { stream, sums: () => ({ size, sha256: hash.digest('hex') }) }
}

const nameLengthMax = 255

/** As people see it: no path, nothing that cannot be stored. */
function nameOf({ filename }: FilePart): string | null {
  const name = (filename ?? '')
    .replace(/^.*[/\\]/, '')
    .replaceAll('\u0000', '')
    .toWellFormed()
  return name === '' ? null : name.slice(0, nameLengthMax)
}
