import { createTestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { addPlan, monthly, now } from '../testing/catalog-rows.ts'
import { countingStatements } from '../testing/counting-statements.ts'
import type { NewFeature } from './features.ts'
import { importFeatures } from './import-features.ts'
import { importPrices } from './import-prices.ts'
import type { ImportedFeature } from './imported-features.ts'
import type { ImportedPrice } from './imported-prices.ts'

let stack: Awaited<ReturnType<typeof createTestDatabase>>
beforeAll(async () => {
  stack = await createTestDatabase()
})
afterAll(() => stack[Symbol.asyncDispose]())

/** Of an import of so many records, and of the same file again with other texts, money and filters. */
async function statementsOf(count: number): Promise<readonly number[]> {
  const scoped = await stack.newTenant()
  const { id: planId } = await addPlan(scoped)
  const counts: number[] = []
  const counted = (work: (transaction: Scoped) => Promise<readonly object[]>) =>
    inTransaction(scoped, async (transaction) => {
      const counting = countingStatements(transaction)
      const outcomes = await work(counting.scoped)
      expect(outcomes.filter((outcome) => 'refused' in outcome)).toEqual([])
      counts.push(counting.count())
    })
  const rows = Array.from({ length: count }, (_, index) => index)
  for (const round of [1, 2]) {
    await counted((transaction) =>
      importFeatures(
        transaction,
        rows.map((row) => feature(row, round)),
        now,
      ),
    )
    await counted((transaction) =>
      importPrices(
        transaction,
        rows.map((row) => price(row, round, planId)),
        now,
      ),
    )
  }
  return counts
}

function feature(row: number, round: number): ImportedFeature {
  const filters = [{ key: 'region', values: [`r${round}`] }]
  const meter = { event_name: `e${row}`, aggregation_type: 'COUNT', reset_usage: 'NEVER' } as const
  const creation: NewFeature = {
    ...{ name: `F${row}`, type: 'metered', lookup_key: `f${row}`, description: `round ${round}` },
    meter: { name: 'M', filters, ...meter },
  }
  return {
    id: undefined,
    lookupKey: `f${row}`,
    creation,
    changes: { description: `round ${round}`, filters },
  }
}

function price(row: number, round: number, planId: string): ImportedPrice {
  const amount = `${row + round}`
  const creation = monthly({ plan_id: planId, lookup_key: `p${row}`, amount })
  // Every other one has new money, the rest new texts.
  const changes = row % 2 === 0 ? { amount } : { description: `round ${round}` }
  return { id: undefined, lookupKey: `p${row}`, creation, changes, timing: {}, kept: {} }
}

test('a page of features or prices is as many statements for 400 rows as for 4', async () => {
  const [few, many] = [await statementsOf(4), await statementsOf(400)]
  expect(many).toEqual(few)
  expect(Math.max(...many)).toBeLessThan(15)
})
