import { createHash } from 'node:crypto'
import { Transform } from 'node:stream'
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
        const part = await fileOf(request, config.fileBytesMax)
        const id = newId('fileUpload')
        const timeOfDay = await readTimeOfDay(scoped)
        const key = fileKey(timeOfDay, id)
        const measured = measuring(config)
        const gone = callerGone(reply, closing)
        const stop = (): void =>
          void measured.stream.destroy(new CodedError('service_unavailable', 'Broken off'))
        gone.addEventListener('abort', stop, { once: true })
        part.file.on('error', (error) => measured.stream.destroy(error))
        await files.write(key, part.file.pipe(measured.stream))
        const upload = { id, store_key: key, file_name: nameOf(part), ...measured.sums() }
        await insertFileUpload(scoped, upload, timeOfDay)
        const { size, sha256 } = upload
        return reply.code(201).send({ upload_id: id, file_name: upload.file_name ?? undefined, size, sha256 })
      } finally {
        uploads--
      }
    },
  })
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
function measuring({ fileBytesMax, requestTimeoutMs }: Pick<AppConfig, 'fileBytesMax' | 'requestTimeoutMs'>) {
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
