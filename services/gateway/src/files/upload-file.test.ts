import { createHash } from 'node:crypto'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Caller } from '../testing/caller-under-test.ts'
import { startGateway } from '../testing/gateway-under-test.ts'
import { upload } from '../testing/imports-under-test.ts'

const gateway = await startGateway({
  config: { fileBytesMax: 1_000_000, fileUploadsMax: 1, requestTimeoutMs: 1_000 },
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
  const gone = begin()
  await vi.waitUntil(async () => (await upload(gateway, caller, 'x')).status === 503)
  gone.destroy()
  await vi.waitUntil(async () => (await upload(gateway, caller, 'x')).status === 201)
  // One that only waits for ever ends after the time in which something has to come.
  const stalled = begin()
  await vi.waitUntil(async () => (await upload(gateway, caller, 'x')).status === 503)
  const [answer] = await Promise.all([
    new Promise((resolve) => stalled.on('response', (response) => resolve(response.statusCode))),
  ])
  expect(answer).toBe(503)
  expect((await uploads()).map(({ size }) => size)).toEqual([...before.map(({ size }) => size), 1])
})

test('408: another request may take its own time to arrive, not that of a file', async () => {
  const slow = request({
    port,
    method: 'POST',
    path: '/v1/customers',
    headers: { 'x-api-key': caller.apiKey, 'content-type': 'application/json', 'content-length': '100' },
  })
  slow.on('error', () => {})
  slow.write('{"external_id"')
  const status = await new Promise((resolve) => slow.on('response', ({ statusCode }) => resolve(statusCode)))
  expect(status).toBe(408)
})
