import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { deleteCustomer } from '../customers/delete-customers.ts'
import { daysFromNow, now } from '../testing/catalog-rows.ts'
import {
  addCredit,
  addWallet,
  billOf,
  ledgerProblems,
  newCredit,
  payBillsOf,
} from '../testing/wallet-rows.ts'
import { bookCredits } from './book-credits.ts'
import { expireCredits } from './expire-credits.ts'
import { terminateWallet } from './terminate-wallet.ts'
import { getWallet, splitCredits, updateWallet } from './wallets.ts'

let databases: TestDatabase
let scoped: Scoped
beforeAll(async () => {
  databases = await createTestDatabase()
  scoped = await databases.newTenant({ clockAt: now })
})
afterAll(() => databases[Symbol.asyncDispose]())

const balanceOf = async (id: string) => Number((await getWallet(scoped, id)).credit_balance)

describe('a wallet', () => {
  test('is the only open one of its customer, currency, rate and price types', async () => {
    const { customer_id } = await addWallet(scoped)
    await expect(addWallet(scoped, { customer_id })).rejects.toMatchObject({ code: 'already_exists' })
    for (const other of [
      { currency: 'eur' },
      { conversion_rate: '2' },
      { allowed_price_types: 'USAGE' },
    ] as const) {
      await addWallet(scoped, { customer_id, ...other })
    }
    const usage = await addWallet(scoped, { customer_id, allowed_price_types: 'FIXED' })
    const same = updateWallet(scoped, usage.id, { allowed_price_types: 'USAGE' }, now)
    await expect(same).rejects.toMatchObject({ code: 'already_exists' })
  })

  test('that is closed leaves its place to another', async () => {
    const { id, customer_id } = await addWallet(scoped)
    await terminateWallet(scoped, id, now)
    expect(await addWallet(scoped, { customer_id })).not.toMatchObject({ id })
  })

  test('is not made for a customer that is not there, nor does a customer go who has an open one', async () => {
    await expect(addWallet(scoped, { customer_id: 'cust_none' })).rejects.toMatchObject({ code: 'not_found' })
    const { id, customer_id } = await addWallet(scoped)
    const remove = () => inTransaction(scoped, (transaction) => deleteCustomer(transaction, customer_id, now))
    await expect(remove()).rejects.toMatchObject({ code: 'in_use', details: { wallet_id: id } })
    await terminateWallet(scoped, id, now)
    await remove()
  })

  test('that is terminated loses what it had, once, and takes nothing more', async () => {
    const { id } = await addWallet(scoped)
    await addCredit(scoped, id, '5')
    expect(await terminateWallet(scoped, id, now)).toMatchObject({
      wallet_status: 'closed',
      transaction_count: 2,
    })
    expect(await terminateWallet(scoped, id, now)).toMatchObject({
      wallet_status: 'closed',
      transaction_count: 2,
    })
    await expect(addCredit(scoped, id, '5')).rejects.toMatchObject({ code: 'invalid_operation' })
    const change = updateWallet(scoped, id, { allowed_price_types: 'USAGE' }, now)
    await expect(change).rejects.toMatchObject({ details: { fields: [{ path: 'config' }] } })
    expect(await ledgerProblems(scoped)).toEqual([])
  })

  test('says what of its credits was paid for', async () => {
    const { id } = await addWallet(scoped)
    await addCredit(scoped, id, '5', { isPurchased: true })
    await addCredit(scoped, id, '2')
    const split = (await splitCredits(scoped, [id])).get(id)
    expect([Number(split?.purchased), Number(split?.free)]).toEqual([5, 2])
  })
})

describe('a credit', () => {
  const book = (...credits: Parameters<typeof bookCredits>[1]) =>
    inTransaction(scoped, (transaction) => bookCredits(transaction, credits, now))

  test('of one key is one, for ever; of the same key for something else it is refused', async () => {
    const { id } = await addWallet(scoped)
    const other = await addWallet(scoped)
    const credit = { ...newCredit(id, '5'), key: { origin: 'top_up', value: 'k', requestHash: 'a' } }
    const [first] = await book(credit)
    expect(await book(credit)).toEqual([{ id: first?.id, replayed: true }])
    expect(await balanceOf(id)).toBe(5)
    const refused = { code: 'key_reused', details: { fields: [{ path: 'idempotency_key' }] } }
    await expect(book({ ...credit, walletId: other.id })).rejects.toMatchObject(refused)
    await expect(book({ ...credit, key: { ...credit.key, requestHash: 'b' } })).rejects.toMatchObject(refused)
    await terminateWallet(scoped, id, now)
    expect(await book(credit)).toEqual([{ id: first?.id, replayed: true }])
  })

  test('comes with another, which it names', async () => {
    const { id } = await addWallet(scoped)
    const [purchase, bonus] = await book(newCredit(id, '5'), { ...newCredit(id, '1'), parent: 0 })
    const { parent_transaction_id } = await scoped.db
      .selectFrom('wallet_transactions')
      .select('parent_transaction_id')
      .where('id', '=', bonus?.id ?? '')
      .executeTakeFirstOrThrow()
    expect(parent_transaction_id).toBe(purchase?.id)
  })

  test('is refused where more could not be kept', async () => {
    const { id } = await addWallet(scoped, { conversion_rate: '1000000' })
    const tooMany = addCredit(scoped, id, '99999999999999999999')
    await expect(tooMany).rejects.toMatchObject({ code: 'validation_error' })
  })

  test('whose end has come is debited once, the others stay', async () => {
    const { id, customer_id } = await addWallet(scoped)
    await addCredit(scoped, id, '5', { expiresAt: daysFromNow(1) })
    await addCredit(scoped, id, '3', { expiresAt: daysFromNow(2) })
    await addCredit(scoped, id, '2')
    const expire = (at: Date) =>
      inTransaction(scoped, (transaction) => expireCredits(transaction, [id], { asOf: at, now: at }))
    await expire(daysFromNow(1))
    await expire(daysFromNow(1))
    expect(await balanceOf(id)).toBe(5)
    const bill = billOf(customer_id, '3', { finalizedAt: daysFromNow(1) })
    await inTransaction(scoped, (transaction) => payBillsOf(transaction, [bill], daysFromNow(1)))
    await expire(daysFromNow(9))
    expect(await balanceOf(id)).toBe(2)
    expect(await ledgerProblems(scoped)).toEqual([])
  })
})
