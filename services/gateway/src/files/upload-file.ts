import { createHash } from 'node:crypto'
import { type Readable, Transform } from 'node:stream'
import type { MultipartFile } from '@fastify/multipart'
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
    async handler(request, reply) {
      if (uploads >= config.fileUploadsMax) {
        throw new CodedError('service_unavailable', 'Too many files are coming in', { retryAfterMs: 5_000 })
      }
      uploads++
      try {
        const scoped = callerDatabase(database, request)
        const timeOfDay = await readTimeOfDay(scoped)
        const part = await fileOf(request, config.fileBytesMax)
        const id = newId('fileUpload')
        const key = fileKey(timeOfDay, id)
        const sums = await passOn(part, { gone: callerGone(reply, closing), config }, (content) =>
          files.write(key, content),
        ).catch((error: unknown) => {
          // The rest is of no use to anybody: its connection ends with the answer.
          reply.header('connection', 'close')
          throw error
        })
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

async function passOn(
  { file }: MultipartFile,
  { gone, config }: { gone: AbortSignal; config: Limits },
  write: (content: Readable) => Promise<void>,
): Promise<{ size: number; sha256: string }> {
  const { stream, sums } = measuring(config)
  const stop = (): void =>
    void stream.destroy(new CodedError('service_unavailable', 'The upload was broken off'))
  gone.addEventListener('abort', stop, { once: true })
  file.on('error', (error) => stream.destroy(error))
  try {
    await write(file.pipe(stream))
    return sums()
  } finally {
    file.resume()
  }
}

async function fileOf(request: FastifyRequest, fileBytesMax: number): Promise<MultipartFile> {
  if (!request.isMultipart()) {
    throw invalid([{ path: '', message: 'The body must be multipart/form-data with one part, the file' }])
  }
  // One byte more than may be: what is cut off there was too large, and is refused where it is counted.
  const part = await request.file({ limits: { fileSize: fileBytesMax + 1 }, throwFileSizeLimit: false })
  if (part === undefined) throw invalid([{ path: 'file', message: 'is required' }])
  return part
}

/** Counts what passes; ends it where it is too much, or where nothing comes for long. */
function measuring({ fileBytesMax, requestTimeoutMs }: Limits) {
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
function nameOf({ filename }: Pick<MultipartFile, 'filename'>): string | null {
  const name = (filename ?? '')
    .replace(/^.*[/\\]/, '')
    .replaceAll('\u0000', '')
    .toWellFormed()
  return name === '' ? null : name.slice(0, nameLengthMax)
}
