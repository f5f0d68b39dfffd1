import { createDatabase } from '@flexprice/database/connection'
import { makeDemoMonth } from '@flexprice/local-stack/demo-month'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { blocksOf, paste } from './pasted-blocks.ts'
import { type StackUnderTest, startStack } from './stack-under-test.ts'

let stack: StackUnderTest
beforeAll(async () => {
  stack = await startStack({ workflows: ['cron-billing', 'calculate-charges'] })
})
afterAll(() => stack[Symbol.asyncDispose]())

test("the README's first walk bills a month of the demo, and ends with its invoice explained", async () => {
  const { appUrl, ownerUrl } = stack.database
  await using pool = createDatabase({ url: appUrl, applicationName: 'first-walk', poolSizeMax: 1 })
  const actor = { userId: 'user_walk', requestId: 'req_walk' }
  const month = await makeDemoMonth(pool, { ownerUrl, actor })

  const blocks = blocksOf({ file: 'README.md', heading: 'A first walk: a month in a second' })
  const [printed = '', ...more] = await paste(blocks, {
    GATEWAY: stack.gateway.url,
    ...{ API_KEY: month.api_key, SUBSCRIPTION_ID: month.subscription_id },
  })
  expect(more).toEqual([])
  // What would be billed before the last 250 calls, what a month's move bills, and what the invoice says of it.
  expect(printed).toContain("[ [ 'Support', '1', '20' ], [ 'API calls', '1500', '12.5' ] ]")
  expect(printed).toContain('"accepted":"250"')
  expect(printed).toContain("totals: [ { currency: 'usd', invoices: 1, total: '33.75' } ]")
  expect(printed).toMatch(/'INV-\d{6}-000001',\s+'FINALIZED',\s+'[\d-]+T00:00:00.000Z',\s+'33.75'/)
  const explained: unknown = JSON.parse(printed.slice(printed.indexOf('{\n  "invoice_id"')))
  expect(explained).toMatchObject({
    lines: [
      { display_name: 'Support', amount: '20' },
      {
        ...{ display_name: 'API calls', amount: '13.75' },
        explanation: { buckets: [{ charge: { tiers: [{ units: '1000' }, { units: '750' }] } }] },
      },
    ],
  })
}, 180_000)
