import { createTestDatabase } from '@flexprice/testing'
import { afterAll, expect, test } from 'vitest'
import { findApiKeyHash } from './api-key-hash.ts'
import { createApiKey, hashApiKey } from './api-keys.ts'

const stack = await createTestDatabase()
afterAll(() => stack[Symbol.asyncDispose]())

test('a key’s hash is found by its id, in its own environment only', async () => {
  const [ours, theirs] = [await stack.newTenant(), await stack.newTenant()]
  const { id, secret } = await createApiKey(ours, { name: 'test' })
  expect(await findApiKeyHash(ours, id)).toEqual(hashApiKey(secret))
  expect(await findApiKeyHash(theirs, id)).toBeUndefined()
})
