import type { Bill } from '@flexprice/domain/wallet'
import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { daysFromNow, now } from '../testing/catalog-rows.ts'
import { countingStatements } from '../testing/counting-statements.ts'
import { waitForLock } from '../testing/wait-for-lock.ts'
import {
  addCredit,
  addWallet,
  billOf,
  ledgerProblems,
  newCredit,
  payBillsOf,
} from '../testing/wallet-rows.ts'
import { bookCredits } from './book-credits.ts'
import { returnInvoiceCredits } from './return-credits.ts'
import { terminateWallet } from './terminate-wallet.ts'
import { getWallet } from './wallets.ts'

let databases: TestDatabase
let scoped: Scoped
beforeAll(async () => {
  databases = await createTestDatabase()
  scoped = await databases.newTenant({ clockAt: now })
})
afterAll(() => databases[Symbol.asyncDispose]())

/** The second begins while the first holds what it has done, and waits for it. */
async function atOnce<First, Second>(
  first: (transaction: Scoped) => Promise<First>,
  second: (transaction: Scoped) => Promise<Second>,
): Promise<readonly [First, Second]> {
  const done = Promise.withResolvers<void>()
  const ending = Promise.withResolvers<void>()
  const one = inTransaction(scoped, async (transaction) => {
    const result = await first(transaction)
    done.resolve()
    await ending.promise
    return result
  })
  await done.promise
  const other = inTransaction(scoped, second)
  await waitForLock(databases.ownerUrl)
  ending.resolve()
  return [await one, await other]
}

test('two invoices at once never spend one credit', async () => {
  const { id, customer_id } = await addWallet(scoped)
  await addCredit(scoped, id, '5')
  const pay = (transaction: Scoped) => payBillsOf(transaction, [billOf(customer_id, '4')], now)
  const paid = await atOnce(pay, pay)
  expect(paid.map((payments) => payments.map(({ money }) => money.toFixed()))).toEqual([['4'], ['1']])
  expect(await ledgerProblems(scoped)).toEqual([])
})

test('two top-ups at once with one key are one', async () => {
  const { id } = await addWallet(scoped)
  const credit = newCredit(id, '5')
  const book = (transaction: Scoped) => bookCredits(transaction, [credit], now)
  const [[first], [second]] = await atOnce(book, book)
  expect(second).toEqual({ id: first?.id, replayed: true })
  expect(Number((await getWallet(scoped, id)).credit_balance)).toBe(5)
})

test('a top-up that is undone as its process dies leaves its key free', async () => {
  const { id } = await addWallet(scoped)
  const credit = newCredit(id, '5')
  const killed = inTransaction(scoped, async (transaction) => {
    await bookCredits(transaction, [credit], now)
    throw new Error('killed')
  })
  await expect(killed).rejects.toThrow('killed')
  const [again] = await inTransaction(scoped, (transaction) => bookCredits(transaction, [credit], now))
  expect(again?.replayed).toBe(false)
  expect(Number((await getWallet(scoped, id)).credit_balance)).toBe(5)
})

test('two voids at once give back once, and no more than was taken', async () => {
  const { id, customer_id } = await addWallet(scoped)
  await addCredit(scoped, id, '5')
  const bill = billOf(customer_id, '4')
  await inTransaction(scoped, (transaction) => payBillsOf(transaction, [bill], now))
  const giveBack = (transaction: Scoped) => returnInvoiceCredits(transaction, bill.invoiceId, now)
  await atOnce(giveBack, giveBack)
  expect(Number((await getWallet(scoped, id)).credit_balance)).toBe(5)
  expect(await ledgerProblems(scoped)).toEqual([])
})

test('what comes back to a wallet that was closed meanwhile goes the way of the rest, also as a new credit', async () => {
  const { id, customer_id } = await addWallet(scoped)
  await addCredit(scoped, id, '2', { expiresAt: daysFromNow(1) })
  await addCredit(scoped, id, '5')
  const bill = billOf(customer_id, '4')
  await inTransaction(scoped, (transaction) => payBillsOf(transaction, [bill], now))
  await terminateWallet(scoped, id, now)
  const later = daysFromNow(3)
  await inTransaction(scoped, (transaction) => returnInvoiceCredits(transaction, bill.invoiceId, later))
  expect(await getWallet(scoped, id)).toMatchObject({ wallet_status: 'closed', transaction_count: 7 })
  expect(await ledgerProblems(scoped)).toEqual([])
})

test('pages, top-ups and voids that meet on the same wallets wait for one another, and none is a deadlock', async () => {
  const owners: string[] = []
  const wallets: string[] = []
  for (let index = 0; index < 6; index++) {
    const { id, customer_id } = await addWallet(scoped)
    await addCredit(scoped, id, '50')
    owners.push(customer_id)
    wallets.push(id)
  }
  const turned = <Value>(values: readonly Value[], by: number) => [
    ...values.slice(by),
    ...values.slice(0, by),
  ]
  const page = async (by: number) => {
    const bills = turned(owners, by % owners.length).map((owner) => billOf(owner, '3'))
    await inTransaction(scoped, (transaction) => payBillsOf(transaction, bills, now))
    const credits = turned(wallets, by % wallets.length).map((id) => newCredit(id, '1'))
    await inTransaction(scoped, (transaction) => bookCredits(transaction, credits, now))
    for (const { invoiceId } of bills.slice(0, 2)) {
      await inTransaction(scoped, (transaction) => returnInvoiceCredits(transaction, invoiceId, now))
    }
  }
  await Promise.all(Array.from({ length: 40 }, (_, by) => page(by)))
  expect(await ledgerProblems(scoped)).toEqual([])
})

test('a page of invoices takes as many statements as one', async () => {
  const counted = async (customers: number) => {
    const bills: Bill[] = []
    for (let index = 0; index < customers; index++) {
      const { id, customer_id } = await addWallet(scoped)
      await addCredit(scoped, id, '3')
      bills.push(billOf(customer_id, '4'))
    }
    return await inTransaction(scoped, async (transaction) => {
      const counting = countingStatements(transaction)
      const payments = await payBillsOf(counting.scoped, bills, now)
      expect(payments).toHaveLength(customers)
      return counting.count()
    })
  }
  expect(await counted(40)).toBe(await counted(1))
})
