import { hashApiKey } from '@flexprice/database/tenancy'
import { expect, test } from 'vitest'
import { createEntering } from './entering.ts'

test('keys count from when they were right, each request once, and wrong ones never', () => {
  const entering = createEntering()
  expect([undefined, '', 'sk_wrong', ['sk_right'], 'k'.repeat(10_000)].map(entering.enter)).toEqual(
    Array.from({ length: 5 }),
  )
  entering.note(hashApiKey('sk_right').toString('base64url'))
  const leave = entering.enter('sk_right')
  expect([entering.enter('sk_wrong'), entering.count()]).toEqual([undefined, 1])
  leave?.()
  leave?.()
  expect(entering.count()).toBe(0)
})
