import { afterAll, beforeAll, expect, test } from 'vitest'
import { bill, cyclesOf } from '../testing/bill.ts'
import { startGatewayWithBilling } from '../testing/billing-under-test.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { addCharged, type ChargedSubscription } from '../testing/charged-subscription.ts'
import { newClockedCaller } from '../testing/clocked-caller.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
beforeAll(async () => {
  gateway = await startGatewayWithBilling()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const newCaller = () => newClockedCaller(gateway, '2026-10-15T00:00:00Z')

/** Fails what closes a certain invoice, which is after its page has taken numbers. */
async function refuseClosing(subscriptionId: string, refusal: string): Promise<AsyncDisposable> {
  const { asOwner } = gateway.database
  await asOwner(`create sequence refusals; grant usage on sequence refusals to public;
    create function refuse() returns trigger language plpgsql as $$ begin ${refusal} return new; end $$;
    create trigger refuse_closing before insert or update on invoices for each row
      when (new.subscription_id = '${subscriptionId}' and new.invoice_status = 'FINALIZED')
      execute function refuse()`)
  return {
    async [Symbol.asyncDispose]() {
      await asOwner('drop function refuse cascade; drop sequence refusals')
    },
  }
}

async function addFive(caller: Caller): Promise<readonly [ChargedSubscription, ...ChargedSubscription[]]> {
  const first = await addCharged(caller)
  return [first, ...(await Promise.all([1, 2, 3, 4].map(() => addCharged(caller, first))))]
}

/** Of the whole environment, in their order. */
async function numbersOf({ scoped }: Caller): Promise<string[]> {
  const rows = await scoped.db
    .selectFrom('invoices')
    .select('invoice_number')
    .where('invoice_number', 'is not', null)
    .orderBy('invoice_number')
    .execute()
  return rows.map(({ invoice_number }) => invoice_number ?? '')
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `INV-202610-${String(index + 1).padStart(6, '0')}`)
}

test('numbers have no gap where a page that had taken some is rolled back, and its one bad row fails alone', async () => {
  const caller = await newCaller()
  const [bad, ...good] = await addFive(caller)
  const opened = 5
  {
    await using _refused = await refuseClosing(bad.id, `raise exception 'by this test';`)
    const run = await bill(caller)
    expect(run).toMatchObject({ subscriptions_billed: 2 * good.length, subscriptions_failed: 1 })
    const failures = await caller.call('GET', `/billing/runs/${run.id}/failures`)
    expect(failures.body).toMatchObject({
      items: [{ subscription_id: bad.id, error: { code: 'internal_error' } }],
    })
    expect(JSON.stringify(failures.body)).not.toContain('by this test')
    expect(await cyclesOf(caller, bad.id)).toEqual([])
    expect(await numbersOf(caller)).toEqual(numbered(opened + 2 * good.length))
  }
  await caller.scoped.db.updateTable('billing_failures').set({ next_attempt_at: new Date() }).execute()
  expect(await bill(caller)).toMatchObject({ subscriptions_billed: 2, subscriptions_failed: 0 })
  expect(await numbersOf(caller)).toEqual(numbered(opened + 2 * 5))
})

test('numbers have no gap where a page meets a passing error twice: it is tried again, and nobody fails', async () => {
  const caller = await newCaller()
  const [first, ...others] = await addFive(caller)
  // A sequence is not rolled back: the third try goes through.
  const passing = `if nextval('refusals') <= 2 then raise exception 'passing' using errcode = '40001'; end if;`
  await using _refused = await refuseClosing(first.id, passing)
  expect(await bill(caller)).toMatchObject({ subscriptions_billed: 10, subscriptions_failed: 0 })
  expect(await numbersOf(caller)).toEqual(numbered(15))
  for (const { id } of [first, ...others]) expect(await cyclesOf(caller, id)).toHaveLength(2)
})
