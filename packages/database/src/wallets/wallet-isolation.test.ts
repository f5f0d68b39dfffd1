import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Scoped } from '../connection/connection.ts'
import { now } from '../testing/catalog-rows.ts'
import { addCredit, addWallet, billOf } from '../testing/wallet-rows.ts'
import { expireCredits } from './expire-credits.ts'
import { previewPayments } from './pay-invoices.ts'
import { terminateWallet } from './terminate-wallet.ts'
import { searchWalletTransactions } from './wallet-transactions.ts'
import { getWallet, listCustomerWallets, searchWallets, updateWallet, type WalletRow } from './wallets.ts'

let databases: TestDatabase
let ours: Scoped
let theirs: Scoped
let wallet: WalletRow
beforeAll(async () => {
  databases = await createTestDatabase()
  ours = await databases.newTenant()
  theirs = await databases.newTenant()
  wallet = await addWallet(theirs)
  await addCredit(theirs, wallet.id, '5')
})
afterAll(() => databases[Symbol.asyncDispose]())

test.each<[string, () => Promise<unknown>]>([
  ['getWallet', () => getWallet(ours, wallet.id)],
  ['updateWallet', () => updateWallet(ours, wallet.id, { name: 'Eve' }, now)],
  ['terminateWallet', () => terminateWallet(ours, wallet.id, now)],
  ['bookCredits', () => addCredit(ours, wallet.id, '1')],
  ['insertWallet', () => addWallet(ours, { customer_id: wallet.customer_id })],
])('another environment’s wallet does not exist for %s', async (_, call) => {
  await expect(call()).rejects.toMatchObject({ code: 'not_found' })
})

test('another environment’s credits are on no list, pay nothing and end by nobody else', async () => {
  const none = { items: [], total: 0 }
  expect(await searchWallets(ours, { wallet_ids: [wallet.id] })).toEqual(none)
  expect(await searchWalletTransactions(ours, { wallet_id: wallet.id })).toEqual(none)
  expect(await listCustomerWallets(ours, wallet.customer_id)).toEqual([])
  expect(await previewPayments(ours, billOf(wallet.customer_id, '3'))).toEqual([])
  await ours.db.transaction().execute((db) => expireCredits({ ...ours, db }, [wallet.id], { asOf: now, now }))
  expect(Number((await getWallet(theirs, wallet.id)).credit_balance)).toBe(5)
})
