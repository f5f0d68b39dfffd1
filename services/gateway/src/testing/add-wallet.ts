import { expect } from 'vitest'
import { z } from 'zod'
import type { Caller } from './caller-under-test.ts'

export type AddedWallet = z.output<typeof wallet>

/** A wallet of a customer that is named, in dollars unless told otherwise. */
export async function addWallet(caller: Caller, body: object): Promise<AddedWallet> {
  const answer = await caller.call('POST', '/wallets', { currency: 'usd', ...body })
  expect(answer).toMatchObject({ status: 200 })
  return wallet.parse(answer.body)
}

/** What a wallet has, in money. */
export async function balanceOf(caller: Caller, id: string): Promise<string> {
  return wallet.parse((await caller.call('GET', `/wallets/${id}`)).body).balance
}

/** The wallet's transactions, the oldest first: what each was for, and how many credits it took or brought. */
export async function ledgerOf(caller: Caller, id: string): Promise<string[]> {
  const { body } = await caller.call('GET', `/wallets/${id}/transactions?order=asc&limit=1000`)
  return transactions
    .parse(body)
    .items.map((one) => `${one.transaction_reason} ${one.type === 'debit' ? '-' : ''}${one.credit_amount}`)
}

const wallet = z.looseObject({ id: z.string(), balance: z.string(), credit_balance: z.string() })
const transactions = z.object({
  items: z.array(
    z.looseObject({ transaction_reason: z.string(), credit_amount: z.string(), type: z.string() }),
  ),
})
