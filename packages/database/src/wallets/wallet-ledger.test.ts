import { formatDecimal, readDecimal, sumDecimals } from '@flexprice/domain/money'
import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { now } from '../testing/catalog-rows.ts'
import { addWallet, billOf, ledgerProblems, newCredit, payBillsOf } from '../testing/wallet-rows.ts'
import { bookCredits } from './book-credits.ts'
import { expireCredits } from './expire-credits.ts'
import { returnInvoiceCredits } from './return-credits.ts'
import { terminateWallet } from './terminate-wallet.ts'
import { listCustomerWallets } from './wallets.ts'

let databases: TestDatabase
let scoped: Scoped
beforeAll(async () => {
  databases = await createTestDatabase()
  scoped = await databases.newTenant({ clockAt: now })
})
afterAll(() => databases[Symbol.asyncDispose]())

const seed = 20_261_129
const hourMs = 3_600_000
const cents = fc
  .integer({ min: 1, max: 5_000 })
  .map((value) => formatDecimal(readDecimal(String(value)).times(readDecimal('0.01'))))

const act = fc.oneof(
  fc.record({
    kind: fc.constant('credit' as const),
    wallet: fc.nat(2),
    credits: cents,
    expiresIn: fc.option(fc.integer({ min: 1, max: 9 })),
  }),
  fc.record({ kind: fc.constant('bills' as const), dues: fc.array(cents, { minLength: 1, maxLength: 4 }) }),
  fc.record({ kind: fc.constant('void' as const), bill: fc.nat(99) }),
  fc.record({ kind: fc.constant('expire' as const) }),
  fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 4 }) }),
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('terminate' as const) }) },
)

test('random credits, invoices, voids, expiries and an end add up in every row', async () => {
  const seen = { paid: 0, voided: 0 }
  const property = fc.asyncProperty(
    fc.array(act, { minLength: 10, maxLength: 25, size: 'max' }),
    async (acts) => {
      const usd = await addWallet(scoped)
      const { customer_id } = usd
      const wallets = [
        usd,
        await addWallet(scoped, { customer_id, conversion_rate: '0.37' }),
        await addWallet(scoped, { customer_id, conversion_rate: '3', allowed_price_types: 'FIXED' }),
      ]
      const bills: string[] = []
      let at = now
      for (const one of acts) {
        await inTransaction(scoped, async (transaction) => {
          if (one.kind === 'credit') {
            const held = (await listCustomerWallets(transaction, customer_id))[one.wallet]
            if (held?.wallet_status !== 'active') return
            const expiresAt = one.expiresIn === null ? null : new Date(at.getTime() + one.expiresIn * hourMs)
            await bookCredits(transaction, [newCredit(held.id, one.credits, { expiresAt })], at)
          } else if (one.kind === 'bills') {
            const some = one.dues.map((due) => billOf(customer_id, due, { finalizedAt: at }))
            bills.push(...some.map(({ invoiceId }) => invoiceId))
            const payments = await payBillsOf(transaction, some, at)
            const due = sumDecimals(some.map((bill) => bill.due))
            expect(sumDecimals(payments.map(({ money }) => money)).lte(due)).toBe(true)
            seen.paid += payments.length
          } else if (one.kind === 'void') {
            const [id] = bills.splice(one.bill % Math.max(1, bills.length), 1)
            if (id === undefined) return
            seen.voided++
            await returnInvoiceCredits(transaction, id, at)
            // Once more changes nothing.
            await returnInvoiceCredits(transaction, id, at)
          } else if (one.kind === 'expire') {
            await expireCredits(
              transaction,
              wallets.map(({ id }) => id),
              { asOf: at, now: at },
            )
          } else if (one.kind === 'terminate') {
            await terminateWallet(transaction, wallets[1]?.id ?? '', at)
          } else {
            at = new Date(at.getTime() + one.hours * hourMs)
          }
        })
      }
      expect(await ledgerProblems(scoped)).toEqual([])
    },
  )
  await fc.assert(property, { seed, numRuns: 40 })
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(50)
})
