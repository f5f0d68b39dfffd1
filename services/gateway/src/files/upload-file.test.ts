import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Caller } from '../testing/caller-under-test.ts'
import { startGateway } from '../testing/gateway-under-test.ts'
import { upload } from '../testing/imports-under-test.ts'

const gateway = await startGateway({
  config: { fileBytesMax: 1_000_000, fileUploadsMax: 1, requestTimeoutMs: 3_000 },
})
afterAll(() => gateway[Symbol.asyncDispose]())
let caller: Caller
let port = 0
beforeAll(async () => {
  caller = await gateway.newCaller()
  await gateway.app.listen({ host: '127.0.0.1', port: 0 })
  // tidy: border — a server that listens on a port has this address.
  port = (gateway.app.server.address() as AddressInfo).port
})

const patience = { timeout: 20_000, interval: 20 }
const uploads = () => caller.scoped.db.selectFrom('file_uploads').selectAll().execute()

test('201: the file is kept as it was, with its size and SHA-256', async () => {
  const content = Buffer.from('é,b\n'.repeat(50_000))
  const answer = await upload(gateway, caller, content, '../../etc/evil name.csv')
  expect(answer).toMatchObject({
    status: 201,
    body: {
      upload_id: expect.stringMatching(/^upload_/),
      file_name: 'evil name.csv',
      size: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    },
  })
  const [row] = await uploads()
  const kept = await gateway.files.open(row?.store_key ?? '', 100_000)
  expect(Buffer.concat(await Array.fromAsync(kept))).toEqual(content.subarray(100_000))
  expect(await upload(gateway, caller, '')).toMatchObject({ status: 201, body: { size: 0 } })
})

test('400: a file that is too large, and what is no file, leave nothing', async () => {
  const before = await uploads()
  expect(await upload(gateway, caller, Buffer.alloc(1_000_001))).toMatchObject({
    status: 400,
    body: { code: 'validation_error', details: { fields: { file: 'is larger than 1000000 bytes' } } },
  })
  expect(await caller.call('POST', '/files', {})).toMatchObject({ status: 400 })
  expect(await uploads()).toEqual(before)
})

const form = 'multipart/form-data; boundary=x'
const partOf = (head: string, content = 'a,b') =>
  `--x\r\ncontent-disposition: form-data; ${head}\r\n\r\n${content}\r\n`
const filePart = partOf('name="file"; filename="a.csv"')
const noForm = { 'content-type': 'must be multipart/form-data with a boundary: the body is one part, `file`' }
const cutOff = { file: 'is not complete: the body ends without its closing boundary' }
const tooMany = 'is a part too many: the body is one part, the file'
const noFile = { file: 'must come first, as a file: its part needs a filename' }

test.each([
  ['a form without a boundary', 'multipart/form-data', `${filePart}--x--\r\n`, noForm],
  ['a boundary longer than one may be', form.padEnd(400, 'x'), '', noForm],
  ['JSON', 'application/json', '{"a":1}', noForm],
  ['the file alone, without a form', 'text/csv', 'a,b', noForm],
  ['a form that ends within the file', form, filePart.trimEnd(), cutOff],
  ['a form that ends after the file', form, filePart, cutOff],
  ['a form that ends before its boundary is closed', form, `${filePart}--x`, cutOff],
  ['a form that ends within the head of its part', form, filePart.slice(0, 40), cutOff],
  ['what is no form', form, 'a,b', cutOff],
  ['a form of nothing', form, '--x--\r\n', { file: 'is required' }],
  ['a second file', form, `${filePart}${filePart}--x--\r\n`, { file: tooMany }],
  [
    'a second file of many pieces',
    form,
    `${filePart}${partOf('name="more"; filename="b"', 'b'.repeat(300_000))}--x--\r\n`,
    { more: tooMany },
  ],
  ['a field after the file', form, `${filePart}${partOf('name="kind"')}--x--\r\n`, { kind: tooMany }],
  ['a field before the file', form, `${partOf('name="a"')}${filePart}--x--\r\n`, noFile],
  ['a field and no file', form, `${partOf('name="file"')}--x--\r\n`, noFile],
])('400 at once: %s is refused by name, and nothing of it is kept', async (_, type, payload, fields) => {
  const kept = async () =>
    (await readdir(gateway.filesDirectory, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
  const before = [await uploads(), await kept()]
  const answer = await fetch(`http://127.0.0.1:${port}/v1/files`, {
    method: 'POST',
    headers: { 'x-api-key': caller.apiKey, 'content-type': type },
    body: payload,
  })
  expect(await answer.json()).toMatchObject({ code: 'validation_error', details: { fields } })
  expect(answer.status).toBe(400)
  expect([await uploads(), await kept()]).toEqual(before)
})

test('400: a field is refused once it begins, however long it would be', async () => {
  const sent = begin(partOf('name="a"').trimEnd())
  expect(await statusOf(sent)).toBe(400)
  sent.destroy()
})

test('an upload that stops in the middle is given up, and the next one has its place', async () => {
  const before = await uploads()
  const gone = await occupying()
  gone.destroy()
  await vi.waitUntil(async () => (await upload(gateway, caller, 'x')).status === 201, patience)
  // One that only waits for ever ends after the time in which something has to come.
  const stalled = await occupying()
  expect(await statusOf(stalled)).toBe(503)
  const made = (await uploads()).slice(before.length)
  expect(made.length).toBeGreaterThan(0)
  expect(made.every(({ size }) => size === 1)).toBe(true)
})

test('400: another request may take its own time to arrive, not that of a file', async () => {
  const slow = request({
    port,
    method: 'POST',
    path: '/v1/customers',
    headers: { 'x-api-key': caller.apiKey, 'content-type': 'application/json', 'content-length': '100' },
  })
  slow.on('error', () => {})
  slow.write('{"external_id"')
  expect(await statusOf(slow)).toBe(400)
})

/** An upload that has the one place: others are turned away. */
async function occupying(): Promise<ReturnType<typeof request>> {
  return vi.waitUntil(async () => {
    const sent = begin(filePart.trimEnd())
    await sleep(200)
    if ((await upload(gateway, caller, 'x')).status === 503) return sent
    sent.destroy()
    return undefined
  }, patience)
}

function statusOf(sent: ReturnType<typeof request>): Promise<number | undefined> {
  return new Promise((resolve) => sent.on('response', ({ statusCode }) => resolve(statusCode)))
}

/** An upload of which this is the beginning, and no more comes. */
function begin(content: string): ReturnType<typeof request> {
  const sent = request({
    port,
    method: 'POST',
    path: '/v1/files',
    headers: { 'x-api-key': caller.apiKey, 'content-type': form },
  })
  sent.on('error', () => {})
  sent.write(content)
  return sent
}
