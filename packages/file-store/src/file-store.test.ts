import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { createFileStore } from './create-file-store.ts'
import { fileKey, purgeOldFiles } from './file-store.ts'
import { startS3Server } from './testing/s3-server.ts'

const directory = await mkdtemp(join(tmpdir(), 'flexprice-store-'))
const s3 = await startS3Server()
vi.stubEnv('AWS_ACCESS_KEY_ID', s3.keyId)
vi.stubEnv('AWS_SECRET_ACCESS_KEY', s3.secret)
afterAll(async () => {
  await s3[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})

const mebibyte = 1024 * 1024
/** Each piece another, so that what is read back in another order is seen. */
function pieces(count: number, breaks = false): Readable {
  return Readable.from(
    (function* () {
      for (let piece = 0; piece < count; piece++) yield Buffer.alloc(mebibyte, piece)
      if (breaks) throw new Error('the source broke')
    })(),
    { objectMode: false },
  )
}

describe.each([
  ['a directory', pathToFileURL(directory).href],
  ['a bucket of S3', s3.url],
])('%s', (_, url) => {
  const store = createFileStore({ url })

  test('keeps a file of many parts, and gives it back from any byte', async () => {
    await store.ping()
    const key = fileKey(new Date('2026-03-01T23:00:00Z'), 'upload_1')
    expect(key).toBe('2026-03-01/upload_1')
    await store.write(key, pieces(20))
    const tail = Buffer.concat(await Array.fromAsync(await store.open(key, 18 * mebibyte - 1)))
    expect(tail).toHaveLength(2 * mebibyte + 1)
    expect([tail[0], tail[1], tail.at(-1)]).toEqual([17, 18, 19])
    expect(await Array.fromAsync(await store.open(key, 20 * mebibyte))).toEqual([])
  })

  test('has nothing of a file whose source breaks', async () => {
    await expect(store.write('2026-03-02/broken', pieces(10, true))).rejects.toThrow('the source broke')
    await expect(store.open('2026-03-02/broken', 0)).rejects.toMatchObject({ code: 'not_found' })
  })

  test('lets the files go whose days are over, and no other', async () => {
    await store.write('2026-03-03/a', pieces(1))
    await store.write('2026-03-04/b', pieces(1))
    const now = new Date('2026-04-03T12:00:00Z')
    expect(await purgeOldFiles(store, { retentionDays: 30, now })).toContain('2026-03-03')
    await expect(store.open('2026-03-03/a', 0)).rejects.toMatchObject({ code: 'not_found' })
    expect(await store.days()).toContain('2026-03-04')
    expect(await store.days()).not.toContain('2026-03-03')
    expect(await Array.fromAsync(await store.open('2026-03-04/b', 0))).not.toEqual([])
  })
})

test('a directory keeps no part of what has broken off', async () => {
  expect((await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.part'))).toEqual([])
})
