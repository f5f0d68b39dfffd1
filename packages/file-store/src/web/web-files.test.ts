import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { type ServedFile, serveFile, startWebServer } from '../testing/web-server.ts'
import { createWebFiles, type SeenWebFile, type WebFileSettings } from './web-files.ts'

const content = Buffer.from(Array.from({ length: 40_000 }, (_, index) => `row ${index}\n`).join(''))
const half = Math.floor(content.length / 2)

interface Reading {
  readonly from?: number
  readonly known?: SeenWebFile
  readonly settings?: Partial<WebFileSettings>
}

async function read(url: string, { from = 0, known, settings }: Reading = {}): Promise<Buffer> {
  const web = createWebFiles({ bytesMax: 1_000_000, allowLoopback: true, ...settings }, { idleMsMax: 150 })
  const file = web.file(url, { known, caller: 'env_1', signal: new AbortController().signal })
  return buffer(await file.open(from))
}

/** A server whose answers are these, one after the other; the last one again and again. */
const serving = (...answers: readonly ServedFile[]) =>
  startWebServer((request, response, count) => {
    const file = answers[Math.min(count, answers.length) - 1]
    if (file) serveFile(request, response, file)
  })
const refusedAs = (message: string | RegExp) => ({
  code: 'validation_error',
  message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
})

test('a file is read whole, or from a position on, where the server can and where it cannot', async () => {
  await using ranges = await serving({ content, etag: '"a"' })
  expect(await read(ranges.url)).toEqual(content)
  expect(await read(ranges.url, { from: half })).toEqual(content.subarray(half))
  expect(ranges.asked).toEqual(['', `bytes=${half}-`])
  await using plain = await serving({ content, knowsRanges: false })
  expect(await read(plain.url, { from: half })).toEqual(content.subarray(half))
  expect(await read(plain.url, { from: half, known: { version: 'any', size: half } })).toHaveLength(0)
})

test.each([true, false])(
  'an answer that breaks at half is taken up there (ranges: %j)',
  async (knowsRanges) => {
    const file = { content, etag: '"a"', knowsRanges }
    await using server = await serving({ ...file, breaksAfter: half }, file)
    expect(await read(server.url)).toEqual(content)
    expect(server.asked[0]).toBe('')
    expect(server.asked[1]).toMatch(/^bytes=[1-9]\d*-$/)
  },
)

test('an answer that breaks at half each time is given up', async () => {
  await using server = await serving({ content, knowsRanges: false, breaksAfter: half })
  await expect(read(server.url)).rejects.toMatchObject(refusedAs(/cannot be read: .*, 3 times in a row/))
})

test('an address that hangs is given up, before its answer and in its middle', async () => {
  await using mute = await startWebServer(() => {})
  await expect(read(mute.url)).rejects.toMatchObject(refusedAs('sent nothing for 0.15 s, 3 times in a row'))
  expect(mute.asked).toHaveLength(3)
  await using drying = await startWebServer((_, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('first')
  })
  await expect(read(drying.url)).rejects.toMatchObject(refusedAs('3 times in a row'))
})

test('an address that answers 500 three times is given up; one that does so twice is not', async () => {
  const failing = (times: number) =>
    startWebServer((request, response, count) => {
      if (count <= times) response.writeHead(500).end()
      else serveFile(request, response, { content })
    })
  await using bad = await failing(3)
  await expect(read(bad.url)).rejects.toMatchObject(
    refusedAs(/127\.0\.0\.1:\d+ answered 500, 3 times in a row/),
  )
  await using good = await failing(2)
  expect(await read(good.url)).toEqual(content)
})

test('an address that answers 404 is asked once', async () => {
  await using server = await startWebServer((_, response) => response.writeHead(404).end())
  await expect(read(server.url)).rejects.toMatchObject(refusedAs('answered 404'))
  expect(server.asked).toHaveLength(1)
})

test('a file that was changed meanwhile is refused, by its ETag, or else by its length', async () => {
  await using tagged = await serving({ content, etag: '"a"', breaksAfter: half }, { content, etag: '"b"' })
  await expect(read(tagged.url)).rejects.toMatchObject(refusedAs('has changed since the import began'))
  await using plain = await serving({ content })
  const known = { version: ' 5', size: 5 }
  await expect(read(plain.url, { from: 2, known })).rejects.toMatchObject(refusedAs('has changed'))
})

test.each([
  'http://169.254.169.254/latest/meta-data',
  'https://169.254.169.254/',
  'https://10.0.0.1/a.csv',
  'https://[::ffff:10.0.0.1]/a.csv',
  'https://[fd00::1]/a.csv',
  'http://example.com/a.csv',
  'file:///etc/passwd',
])('a redirect to %s is not followed', async (location) => {
  await using server = await startWebServer((_, response) => response.writeHead(302, { location }).end())
  await expect(read(server.url)).rejects.toMatchObject({ code: 'validation_error' })
  expect(server.asked).toHaveLength(1)
})

test('redirects are followed to an end', async () => {
  await using server = await startWebServer((request, response) => {
    if (request.url === '/file.csv') response.writeHead(302, { location: '/there' }).end()
    else serveFile(request, response, { content })
  })
  expect(await read(server.url)).toEqual(content)
  await using round = await startWebServer((_, response) => response.writeHead(302, { location: '/' }).end())
  await expect(read(round.url)).rejects.toMatchObject(refusedAs('redirects more than 5 times'))
})

test('a name that leads to this machine is refused, by what DNS says of it', async () => {
  await using server = await serving({ content })
  const byName = server.url.replace('http://127.0.0.1', 'https://localhost')
  const settings = { allowLoopback: false }
  await expect(read(byName, { settings })).rejects.toMatchObject(
    refusedAs('localhost is not a public address'),
  )
  await expect(read(server.url, { settings })).rejects.toMatchObject({ code: 'validation_error' })
  expect(server.asked).toEqual([])
})

test('a file above the limit is refused, whether its length is told or not', async () => {
  const settings = { bytesMax: content.length - 1 }
  await using told = await serving({ content })
  await expect(read(told.url, { settings })).rejects.toMatchObject(refusedAs('has more than the'))
  await using untold = await startWebServer((_, response) => response.end(content))
  await expect(read(untold.url, { settings })).rejects.toMatchObject(refusedAs('has more than the'))
})

test('a host that fails again and again is left alone for a while, for that caller', async () => {
  await using server = await startWebServer((_, response) => response.writeHead(503).end())
  const web = createWebFiles({ bytesMax: 1_000, allowLoopback: true }, { idleMsMax: 150 })
  const readAs = async (caller: string) => {
    const { signal } = new AbortController()
    return buffer(await web.file(server.url, { known: undefined, caller, signal }).open(0))
  }
  await expect(readAs('env_1')).rejects.toMatchObject(refusedAs('answered 503'))
  await expect(readAs('env_1')).rejects.toMatchObject({ code: 'service_unavailable' })
  expect(server.asked).toHaveLength(6)
  await expect(readAs('env_1')).rejects.toMatchObject({ message: expect.stringContaining('left alone') })
  expect(server.asked).toHaveLength(6)
  await expect(readAs('env_2')).rejects.toMatchObject(refusedAs('answered 503'))
})
