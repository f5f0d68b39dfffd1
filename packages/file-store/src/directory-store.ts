import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { access, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { CodedError, notFound } from '@flexprice/domain'
import { type FileStore, isDay } from './file-store.ts'

/** Files of one machine, or of a directory that all machines have. */
export function createDirectoryStore(directory: string): FileStore {
  return {
    async write(key, content) {
      const path = join(directory, key)
      const partial = `${path}.${randomUUID()}.part`
      // It may break before the pipeline has it, which then tells.
      content.once('error', () => {})
      try {
        await mkdir(dirname(path), { recursive: true, mode: ownerOnly })
        // Flushed before it gets its name: what has one is whole, also after a power cut.
        await pipeline(content, createWriteStream(partial, { mode: 0o600, flush: true }))
        await rename(partial, path)
      } catch (error) {
        await rm(partial, { force: true }).catch(() => {})
        throw storeError(error, key)
      }
    },
    async open(key, from) {
      try {
        const file = await open(join(directory, key))
        return file.createReadStream({ start: from, highWaterMark: pieceBytes })
      } catch (error) {
        throw storeError(error, key)
      }
    },
    async days() {
      const names = await readdir(directory).catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return []
        throw storeError(error, directory)
      })
      return names.filter(isDay).sort()
    },
    deleteDay: (day) => rm(join(directory, day), { recursive: true, force: true }),
    async ping() {
      await mkdir(directory, { recursive: true, mode: ownerOnly })
      await access(directory)
    },
  }
}

const ownerOnly = 0o700
const pieceBytes = 256 * 1024

function storeError(error: unknown, key: string): unknown {
  const code = codeOf(error)
  if (code === 'ENOENT') return notFound('File', key)
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new CodedError('service_unavailable', 'There is no room for the file', { cause: error })
  }
  return error
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
