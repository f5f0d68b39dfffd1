import { allUsage, type SplitKey, type UsageQuestion } from '@flexprice/domain/usage'
import { createTestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Scoped } from '../connection/connection.ts'
import { countingStatements } from '../testing/counting-statements.ts'
import { aggregateUsage } from './aggregate-usage.ts'
import { appendEvents } from './append-events.ts'
import { usageGroups } from './usage-groups.ts'

const stack = await createTestDatabase()
afterAll(() => stack[Symbol.asyncDispose]())

let scoped: Scoped
const models = ['a', 'b', 'ä', 'Z', null, '', 'x'.repeat(100), `${'x'.repeat(100)}y`]
/** Twenty customers, one of them called `null`, have used each model, in another tenant too. */
beforeAll(async () => {
  scoped = await stack.newTenant()
  const customers = ['null', ...Array.from({ length: 19 }, (_, index) => `c${index}`)]
  const events = customers.flatMap((customer) =>
    models.map((model, index) => ({
      ...{
        eventId: `${customer}-${index}`,
        eventName: 'call',
        externalCustomerId: customer,
        customerId: null,
      },
      ...{ timestamp: '2026-03-10T00:00:00Z', source: null },
      properties: { tokens: String(index), ...(model !== null && { model }) },
    })),
  )
  await appendEvents(scoped, events)
  await appendEvents(await stack.newTenant(), events)
})

const question = (externalCustomerId: string | null): UsageQuestion => ({
  externalCustomerId,
  measure: {
    ...{
      eventName: 'call',
      aggregation: 'SUM',
      field: 'tokens',
      multiplier: null,
      filters: [],
      groupBy: null,
    },
  },
  spans: [{ start: new Date('2026-03-01'), end: new Date('2026-04-01'), stepMs: null }],
  wholeMs: null,
})
const byModel: readonly SplitKey[] = [{ kind: 'property', name: 'model' }]

test('every customer is asked for by no id; a customer called null is one', async () => {
  const answers = await aggregateUsage(scoped, [question(null), question('null'), question('nobody')])
  // 0 + 1 + … + 7, of twenty.
  expect(answers.map(({ parts }) => parts.map(({ eventCount }) => eventCount))).toEqual([[160], [8], []])
})

test('pages of groups hold each group once, whatever its values are', async () => {
  const slice = { ...allUsage, splitBy: byModel }
  const found: (string | null | undefined)[] = []
  let after: string | undefined
  do {
    const counted = countingStatements(scoped)
    const questions = [question(null), question('c1')]
    const page = await usageGroups(counted.scoped, questions, slice, { after, limit: 3 })
    // Those of every customer and those of one are looked up apart.
    expect(counted.count()).toBe(2)
    const groups = page.groups.map(({ name }) => name)
    const answers = await aggregateUsage(scoped, questions, null, { ...slice, groups })
    expect(answers.map(({ parts }) => parts.length)).toEqual([groups.length, groups.length])
    expect(answers[0]?.parts.map(({ eventCount }) => eventCount)).toEqual(groups.map(() => 20))
    found.push(...page.groups.map(({ split }) => split[0]))
    after = page.hasMore ? page.groups.at(-1)?.key : undefined
    expect(Buffer.byteLength(after ?? '')).toBeLessThan(300)
  } while (after)
  expect(found.toSorted()).toEqual(models.toSorted())
})

test('all customers apart are one statement', async () => {
  const counted = countingStatements(scoped)
  const slice = { ...allUsage, splitBy: [{ kind: 'customer' }] as const }
  const { groups, hasMore } = await usageGroups(counted.scoped, [question(null)], slice, {
    ...{ after: undefined, limit: 1_000 },
  })
  expect([groups.length, hasMore, counted.count()]).toEqual([20, false, 1])
})
