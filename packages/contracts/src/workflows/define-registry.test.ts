import { expect, test } from 'vitest'
import { operations } from '../operations/operations.ts'
import { defineRegistry } from './define-registry.ts'
import { workflows } from './index.ts'
import { priceSyncContract } from './price-sync.schema.ts'

test("a key that is not its workflow's name does not compile", () => {
  // @ts-expect-error the key has a slip of the pen
  defineRegistry({ 'price-snyc': priceSyncContract })
})

test('types and queues are unique, and named after each other', () => {
  const definitions = Object.values(workflows).map(({ definition }) => definition)
  for (const { type, taskQueue } of definitions) expect(taskQueue).toBe(`${type}TaskQueue`)
  expect(new Set(definitions.map(({ type }) => type)).size).toBe(definitions.length)
})

test('what starts a workflow is an operation that is served, or the platform', () => {
  const known = ['platform', ...operations.map(({ operationId }) => operationId)]
  for (const { definition } of Object.values(workflows)) expect(known).toContain(definition.startedBy)
})
