import { createTestDatabase } from '@flexprice/testing'
import { expect, test } from 'vitest'
import { nextBatchItems, storeBatch } from '../creation/subscription-batches.ts'
import { now } from '../testing/catalog-rows.ts'

const texts = ['NULL', 'null', '{a,b}', '"quoted"', 'back\\slash', "it's", 'a,b', ' ', 'line\nbreak', 'ü😀']

test('texts and JSON come back as they were written, whatever an array’s syntax makes of them', async () => {
  await using databases = await createTestDatabase()
  const scoped = await databases.newTenant({ clockAt: now })
  const items = texts.map((text) => ({
    idempotencyKey: text,
    requestHash: text,
    request: { [text]: text, list: [text, [], null], empty: '', number: 1.5, nothing: null },
    error: null,
  }))
  const batchId = await storeBatch(scoped, { idempotencyKey: 'list', requestHash: 'hash', items, now })
  const stored = await nextBatchItems(scoped, { batchId, from: 0, limit: texts.length })
  expect(stored).toEqual(
    items.map(({ idempotencyKey, requestHash, request }, position) => ({
      position,
      idempotency_key: idempotencyKey,
      request_hash: requestHash,
      request,
    })),
  )
})
