import { decimalFromInteger, readDecimal } from '@flexprice/domain/money'
import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { insertCustomer } from '../customers/customers.ts'
import { voidInvoice } from '../invoices/invoice-states.ts'
import { getInvoice } from '../invoices/invoices.ts'
import { createOneOff } from '../invoices/one-off-invoices.ts'
import { insertPayment } from '../payments/payments.ts'
import { lockPayableInvoice, movePayment } from '../payments/settle-payments.ts'
import { addPlan, addSubscription, now } from '../testing/catalog-rows.ts'
import { countingStatements } from '../testing/counting-statements.ts'
import { addCredit, addWallet, ledgerProblems } from '../testing/wallet-rows.ts'
import { listCustomerWallets } from '../wallets/wallets.ts'
import { creditLines, type NewLineCredit, owedLineCredit } from './line-credits.ts'
import { previewCredits } from './settle-credits.ts'

let databases: TestDatabase
let scoped: Scoped
let planId: string
beforeAll(async () => {
  databases = await createTestDatabase()
  scoped = await databases.newTenant({ clockAt: now })
  planId = (await addPlan(scoped)).id
})
afterAll(() => databases[Symbol.asyncDispose]())

/** A subscription with an invoice of 10 that 3 credits and a payment of 5 have paid, and one of 1 of which nothing is. */
async function addPaid() {
  const { id: customerId } = await insertCustomer(
    scoped,
    { external_id: crypto.randomUUID(), name: 'Ada' },
    now,
  )
  const subscription = await addSubscription(scoped, { plan_id: planId, customer_id: customerId })
  const wallet = await addWallet(scoped, { customer_id: customerId })
  await addCredit(scoped, wallet.id, '3')
  const bill = (amount: string) =>
    createOneOff(
      scoped,
      {
        ...{ customerId, subscriptionId: subscription.id, currency: 'usd', description: '', metadata: {} },
        lines: [{ amount, quantity: '1', displayName: 'Seats', period: null, metadata: {} }],
        ...{ issueDate: null, dueDate: null, period: null, key: null, requestHash: '', finalize: true },
      },
      now,
    )
  const { id: invoiceId } = await bill('10')
  const { id: otherId } = await bill('1')
  await pay(invoiceId, customerId, '5')
  const line = await scoped.db
    .selectFrom('invoice_line_items')
    .select('id')
    .where('invoice_id', '=', invoiceId)
    .executeTakeFirstOrThrow()
  const credit = (amount: number, changes: Partial<NewLineCredit> = {}): NewLineCredit => ({
    ...{ subscriptionId: subscription.id, invoiceId, lineId: line.id, firstLineId: line.id, currency: 'usd' },
    ...{ sourceId: `change ${crypto.randomUUID()}`, amount: decimalFromInteger(amount) },
    ...{ discount: readDecimal('0'), tax: readDecimal('0'), netted: readDecimal('0') },
    ...{ target: 'PREPAID_WALLET', reason: 'ORDER_CHANGE', ...changes },
  })
  return { customerId, walletId: wallet.id, invoiceId, otherId, credit }
}

async function pay(invoice_id: string, customer_id: string, amount: string) {
  await inTransaction(scoped, async (transaction) => {
    const invoice = await lockPayableInvoice(transaction, invoice_id)
    const offline = { payment_method_type: 'OFFLINE', currency: 'usd' } as const
    const payment = await insertPayment(transaction, { ...offline, invoice_id, customer_id, amount }, now)
    await movePayment(transaction, { payment, invoice }, { to: 'SUCCEEDED', now })
  })
}

const settle = (credits: readonly NewLineCredit[]) =>
  inTransaction(scoped, (transaction) => creditLines(transaction, credits, { now }))

const sums = (steps: readonly { readonly amount: { toFixed(): string } }[]) =>
  steps.map(({ amount }) => amount.toFixed())

test('what lines are credited by goes one way, as its preview says, and their invoice cannot be voided', async () => {
  const { customerId, walletId, invoiceId, otherId, credit } = await addPaid()
  const nine = credit(10, { netted: decimalFromInteger(1) })
  const [previewed] = await previewCredits(scoped, owedLineCredit({ ...nine, id: 'previewed' }))
  const { credits } = await settle([nine])
  for (const one of [previewed, credits[0]]) {
    expect(one?.lowered.map(({ invoiceId: id }) => id)).toEqual([invoiceId, otherId])
    expect([sums(one?.lowered ?? []), sums(one?.returned ?? []), sums(one?.refunded ?? [])]).toEqual([
      ['2', '1'],
      ['3'],
      ['3'],
    ])
  }
  const [wallet, ...others] = await listCustomerWallets(scoped, customerId)
  expect([wallet?.id, Number(wallet?.credit_balance), others]).toEqual([walletId, 6, []])
  const invoice = await getInvoice(scoped, invoiceId)
  expect([invoice.amount_due, invoice.refunded_amount, invoice.total].map(Number)).toEqual([5, 6, 7])
  await expect(voidInvoice(scoped, invoiceId, now)).rejects.toMatchObject({ code: 'in_use' })
  await expect(voidInvoice(scoped, otherId, now)).rejects.toMatchObject({ code: 'in_use' })
  expect(await ledgerProblems(scoped)).toEqual([])
})

test('a page goes on where its credit before ended, and no more is credited than was billed', async () => {
  const { walletId, invoiceId, customerId, credit } = await addPaid()
  await settle([credit(1)])
  await pay(invoiceId, customerId, '1')
  const { credits } = await settle([credit(5), credit(4, { target: 'BACK_TO_SOURCE' })])
  expect(credits.map(({ returned, refunded }) => [sums(returned), sums(refunded)])).toEqual([
    [['3'], ['1']],
    [[], ['4']],
  ])
  const before = await getInvoice(scoped, invoiceId)
  expect([before.amount_paid, before.refunded_amount].map(Number)).toEqual([6, 8])
  await expect(settle([credit(1)])).rejects.toMatchObject({ code: 'state_conflict' })
  expect(await getInvoice(scoped, invoiceId)).toEqual(before)
  const row = await scoped.db.selectFrom('wallets').selectAll().where('id', '=', walletId).executeTakeFirst()
  expect(Number(row?.credit_balance)).toBe(4)
})

test('a page of credits takes as many statements as one', async () => {
  const counted = async (subscriptions: number) => {
    const worlds = await Promise.all(Array.from({ length: subscriptions }, addPaid))
    return await inTransaction(scoped, async (transaction) => {
      const counting = countingStatements(transaction)
      await creditLines(
        counting.scoped,
        worlds.flatMap(({ credit }) => [credit(5), credit(4)]),
        { now },
      )
      return counting.count()
    })
  }
  expect(await counted(12)).toBe(await counted(1))
  expect(await ledgerProblems(scoped)).toEqual([])
})

test('credits of one customer that come at once, each holding other invoices, wait for one another and add up', async () => {
  const worlds = [await addPaid(), await addPaid(), await addPaid()]
  await Promise.all(
    Array.from({ length: 9 }, (_, by) =>
      settle([...worlds.slice(by % 3), ...worlds.slice(0, by % 3)].map(({ credit }) => credit(1))),
    ),
  )
  for (const { invoiceId, otherId, walletId } of worlds) {
    const invoices = [await getInvoice(scoped, invoiceId), await getInvoice(scoped, otherId)]
    expect(invoices.map(({ amount_due }) => Number(amount_due))).toEqual([5, 0])
    const row = await scoped.db
      .selectFrom('wallets')
      .selectAll()
      .where('id', '=', walletId)
      .executeTakeFirst()
    expect(Number(row?.credit_balance)).toBe(6)
  }
  expect(await ledgerProblems(scoped)).toEqual([])
})
