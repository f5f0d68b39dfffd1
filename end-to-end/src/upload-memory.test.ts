import { createApiKey } from '@flexprice/database/tenancy'
import { createTestDatabase, startService, testNamespace, testStack } from '@flexprice/testing'
import { expect, test } from 'vitest'
import { watchMemory } from './watch-memory.ts'

const mebibyte = 1024 * 1024
const fileMebibytes = 384
const head = '--x\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'

/** A form with a file of that size, which is nowhere as a whole. */
function* largeForm(): Generator<Uint8Array> {
  const piece = Buffer.alloc(mebibyte, 'a,b\n')
  yield Buffer.from(head)
  for (let index = 0; index < fileMebibytes; index++) yield piece
  yield Buffer.from('\r\n--x--\r\n')
}

test('a file that is larger than what a gateway needs goes through it and is never held', async () => {
  await using database = await createTestDatabase()
  await using gateway = await startService('gateway', {
    DATABASE_URL: database.appUrl,
    TEMPORAL_ADDRESS: testStack().temporalAddress,
    TEMPORAL_NAMESPACE: testNamespace(),
    LOG_LEVEL: 'error',
  })
  const { secret } = await createApiKey(await database.newTenant(), { name: 'upload' })
  const memory = watchMemory(gateway.metricsUrl)
  const before = await memory.now()
  const answer = await fetch(`${gateway.url}/v1/files`, {
    method: 'POST',
    headers: { 'x-api-key': secret, 'content-type': 'multipart/form-data; boundary=x' },
    body: ReadableStream.from(largeForm()),
    duplex: 'half',
  })
  await memory.now()
  memory.stop()
  expect(answer.status).toBe(201)
  expect(await answer.json()).toMatchObject({ size: fileMebibytes * mebibyte })
  expect(memory.height() - before).toBeLessThan((fileMebibytes / 2) * mebibyte)
}, 120_000)
