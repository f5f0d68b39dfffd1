import { createHash } from 'node:crypto'
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

test('an upload that stops in the middle is given up, and the next one has its place', async () => {
  const before = await uploads()
  const begin = (): ReturnType<typeof request> => {
    const sent = request({
      port,
      method: 'POST',
      path: '/v1/files',
      headers: { 'x-api-key': caller.apiKey, 'content-type': 'multipart/form-data; boundary=x' },
    })
    sent.on('error', () => {})
    sent.write('--x\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\nbegin')
    return sent
  }
  const gone = await occupying(begin)
  gone.destroy()
  await vi.waitUntil(async () => (await upload(gateway, caller, 'x')).status === 201, patience)
  // One that only waits for ever ends after the time in which something has to come.
  const stalled = await occupying(begin)
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
async function occupying(begin: () => ReturnType<typeof request>): Promise<ReturnType<typeof request>> {
  return vi.waitUntil(async () => {
    const sent = begin()
    await sleep(200)
    if ((await upload(gateway, caller, 'x')).status === 503) return sent
    sent.destroy()
    return undefined
  }, patience)
}

function statusOf(sent: ReturnType<typeof request>): Promise<number | undefined> {
  return new Promise((resolve) => sent.on('response', ({ statusCode }) => resolve(statusCode)))
}
