import { setTimeout as sleep } from 'node:timers/promises'
import { workflows } from '@flexprice/contracts/workflows'
import { inTransaction } from '@flexprice/database/connection'
import { priceBody } from '@flexprice/testing'
import pg from 'pg'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { type StackUnderTest, startStack } from './stack-under-test.ts'

const workflow = 'subscription-creation'
const timeoutMs = 180_000

test(
  'kill -9 of the worker in the middle of a creation: after its restart there is one subscription, and one invoice',
  async () => {
    await using stack = await startStack({ workflows: [workflow] })
    const { planId, body } = await makeSubscribable(stack)
    const headers = { 'idempotency-key': 'order 1' }
    const create = () => stack.api.call('POST', '/subscriptions', body, headers)
    const answers = await inTransaction(stack.scoped, async ({ db }) => {
      // The creation waits for the plan's row: it is in its transaction when its worker dies.
      await db.selectFrom('plans').select('id').where('id', '=', planId).forUpdate().execute()
      const asked = [create(), create()]
      await untilSomeoneWaits(stack)
      await stack.worker.kill()
      return { asked }
    })
    await stack.startWorker()
    const ids = [...(await Promise.all(answers.asked)), await untilServed(create)].map(idOf)
    expect(new Set(ids).size).toBe(1)
    expect(await countRows(stack)).toEqual({ subscriptions: 1, invoices: 1, invoice_line_items: 1 })
  },
  timeoutMs,
)

test(
  'kill -9 of the worker among many creations: each is made once, wherever it was',
  async () => {
    await using stack = await startStack({ workflows: [workflow] })
    const { body } = await makeSubscribable(stack)
    const orders = Array.from(
      { length: 60 },
      (_, order) => () =>
        stack.api.call('POST', '/subscriptions', body, { 'idempotency-key': `order ${order}` }),
    )
    const asked = orders.map((create) => create())
    await untilRows(stack, 5)
    await stack.worker.kill()
    expect((await countRows(stack)).subscriptions).toBeLessThan(orders.length)
    await stack.startWorker()
    await Promise.all(asked)
    const ids = await Promise.all(orders.map(async (create) => idOf(await untilServed(create))))
    expect(new Set(ids).size).toBe(orders.length)
    const count = orders.length
    expect(await countRows(stack)).toEqual({
      subscriptions: count,
      invoices: count,
      invoice_line_items: count,
    })
    const invoices = await stack.scoped.db
      .selectFrom('invoices')
      .select('invoice_number')
      .distinct()
      .execute()
    expect(
      invoices.map(({ invoice_number }) => Number(invoice_number?.slice(-6))).toSorted(byNumber),
    ).toEqual(orders.map((_, index) => index + 1))
  },
  timeoutMs,
)

test(
  'kill -9 of the worker in the middle of a list: it goes on behind the last page, and nothing is made twice',
  async () => {
    await using stack = await startStack({ workflows: [workflow] })
    const { body } = await makeSubscribable(stack)
    const items = Array.from({ length: 1_000 }, () => body)
    items[10] = { ...body, plan_id: 'plan_nowhere' }
    const started = await stack.api.call('POST', '/subscriptions/bulk', { items })
    expect(started.status).toBe(202)
    const { workflow_id } = z.looseObject({ workflow_id: z.string() }).parse(started.body)
    await untilRows(stack, 1)
    await stack.worker.kill()
    const before = (await countRows(stack)).subscriptions
    expect(before).toBeLessThan(999)
    const running = await stack.api.call('GET', `/tasks/result?workflow_id=${workflow_id}`)
    expect(running).toMatchObject({
      body: { status: 'Running', progress: { items_total: 1_000, created: before, failed: 1 } },
    })
    await stack.startWorker()
    const { result } = await untilCompleted(stack, workflow_id)
    expect(result).toMatchObject({ created: 999, failed: 1 })
    expect(await countRows(stack)).toEqual({ subscriptions: 999, invoices: 999, invoice_line_items: 999 })
  },
  timeoutMs,
)

test(
  'no worker: 503 that says when to come back and which workflow it is; the same request then finds it',
  async () => {
    await using stack = await startStack({ workflows: [workflow], environment: { WAIT_LIMIT_MS: '1000' } })
    await stack.worker.stop()
    const { body } = await makeSubscribable(stack)
    const create = () => stack.api.call('POST', '/subscriptions', body, { 'idempotency-key': 'order 1' })
    const answer = await create()
    expect(answer).toMatchObject({
      status: 503,
      body: { details: { workflow_id: expect.stringMatching(/^subscription-creation:env_/) } },
    })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    await stack.startWorker()
    expect(idOf(await untilServed(create))).toMatch(/^subs_/)
    expect((await countRows(stack)).subscriptions).toBe(1)
  },
  timeoutMs,
)

async function makeSubscribable({ api }: StackUnderTest) {
  const created = z.looseObject({ id: z.string() })
  const plan = created.parse(await api.send('POST', '/plans', { name: 'Pro' }))
  await api.send('POST', '/prices', priceBody(plan.id))
  await api.send('POST', '/customers', { external_id: 'ada', name: 'Ada' })
  const body = { external_customer_id: 'ada', plan_id: plan.id, currency: 'usd', billing_period: 'MONTHLY' }
  return { planId: plan.id, body }
}

type Answer = Awaited<ReturnType<StackUnderTest['api']['call']>>

function idOf(answer: Answer): string {
  expect(answer).toMatchObject({ status: 201 })
  return z.looseObject({ id: z.string() }).parse(answer.body).id
}

/** As an SDK does it: asks again while the answer is that it has to wait. */
async function untilServed(create: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await create()
    if (answer.status !== 503) return answer
    await sleep(pollMs)
  }
}

async function untilCompleted({ api }: StackUnderTest, workflowId: string) {
  const task = z.looseObject({ status: z.string(), result: workflows[workflow].result.optional() })
  for (;;) {
    const answer = await api.call('GET', `/tasks/result?workflow_id=${workflowId}&wait=20s`)
    const { status, result } = task.parse(answer.body)
    if (status !== 'Running') return { status, result }
  }
}

async function untilRows(stack: StackUnderTest, count: number): Promise<void> {
  while ((await countRows(stack)).subscriptions < count) await sleep(pollMs)
}

async function countRows({ scoped: { db } }: StackUnderTest) {
  const count = async (table: 'subscriptions' | 'invoices' | 'invoice_line_items') =>
    (
      await db
        .selectFrom(table)
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
    ).count
  return {
    subscriptions: await count('subscriptions'),
    invoices: await count('invoices'),
    invoice_line_items: await count('invoice_line_items'),
  }
}

/** Until some session of the database waits for a lock of another's. */
async function untilSomeoneWaits({ database }: StackUnderTest): Promise<void> {
  const client = new pg.Client({ connectionString: database.ownerUrl })
  await client.connect()
  try {
    for (;;) {
      const { rowCount } = await client.query(`
        select from pg_locks l join pg_stat_activity a using (pid)
        where not l.granted and a.datname = current_database()`)
      if (rowCount) return
      await sleep(pollMs)
    }
  } finally {
    await client.end()
  }
}

const pollMs = 10

function byNumber(left: number, right: number): number {
  return left - right
}
