import { z } from 'zod'
import {
  createWalletRequest,
  customerWalletsQuery,
  listWalletsResponse,
  updateWalletRequest,
  walletBalanceResponse,
  walletFilter,
  walletResponse,
} from '../wallets/wallet.ts'
import { topUpWalletRequest, topUpWalletResponse } from '../wallets/wallet-top-up.ts'
import {
  listWalletTransactionsResponse,
  walletTransactionFilter,
  walletTransactionsQuery,
} from '../wallets/wallet-transaction.ts'
import { operation } from '../wire/operation.ts'
import { expand } from '../wire/search.ts'
import { identifier } from '../wire/text.ts'

const tag = 'Wallets'
const byId = z.strictObject({ id: identifier })

export const createWallet = operation({
  operationId: 'createWallet',
  method: 'POST',
  path: '/wallets',
  tag,
  summary: 'Make a wallet of prepaid credits for a customer, with credits if it is to begin with some',
  schema: { body: createWalletRequest, response: { 200: walletResponse } },
})

export const getWallet = operation({
  operationId: 'getWallet',
  method: 'GET',
  path: '/wallets/{id}',
  tag,
  summary: 'A wallet by its id',
  schema: { params: byId, response: { 200: walletResponse } },
})

export const updateWallet = operation({
  operationId: 'updateWallet',
  method: 'PUT',
  path: '/wallets/{id}',
  tag,
  summary: 'Change a wallet’s name, notes, and which lines it pays; its rates never change',
  schema: { params: byId, body: updateWalletRequest, response: { 200: walletResponse } },
})

export const queryWallet = operation({
  operationId: 'queryWallet',
  method: 'POST',
  path: '/wallets/search',
  tag,
  summary: 'Search wallets',
  schema: { body: walletFilter.prefault({}), response: { 200: listWalletsResponse } },
})

export const topUpWallet = operation({
  operationId: 'topUpWallet',
  method: 'POST',
  path: '/wallets/{id}/top-up',
  tag,
  summary: 'Give or sell credits to a wallet; the same idempotency_key is one top-up, for ever',
  schema: { params: byId, body: topUpWalletRequest, response: { 200: topUpWalletResponse } },
})

export const terminateWallet = operation({
  operationId: 'terminateWallet',
  method: 'POST',
  path: '/wallets/{id}/terminate',
  tag,
  summary: 'Debit what is left of a wallet and close it, for ever',
  schema: { params: byId, response: { 200: walletResponse } },
})

export const getWalletTransactions = operation({
  operationId: 'getWalletTransactions',
  method: 'GET',
  path: '/wallets/{id}/transactions',
  tag,
  summary: 'What came into a wallet and went out of it, the newest first',
  schema: {
    params: byId,
    querystring: walletTransactionsQuery,
    response: { 200: listWalletTransactionsResponse },
  },
})

export const queryWalletTransaction = operation({
  operationId: 'queryWalletTransaction',
  method: 'POST',
  path: '/wallets/transactions/search',
  tag,
  summary: 'Search the transactions of all wallets',
  schema: {
    body: walletTransactionFilter.prefault({}),
    response: { 200: listWalletTransactionsResponse },
  },
})

export const getWalletBalance = operation({
  operationId: 'getWalletBalance',
  method: 'GET',
  path: '/wallets/{id}/balance/real-time',
  tag,
  summary: 'A wallet with what open invoices and usage that is not billed yet would leave of it',
  schema: {
    params: byId,
    querystring: z.strictObject({ expand: expand([]) }),
    response: { 200: walletBalanceResponse },
  },
})

export const getWalletsByCustomerId = operation({
  operationId: 'getWalletsByCustomerId',
  method: 'GET',
  path: '/customers/{id}/wallets',
  tag,
  summary: 'A customer’s wallets, the oldest first, closed ones too',
  schema: { params: byId, response: { 200: z.array(walletResponse) } },
})

export const getCustomerWallets = operation({
  operationId: 'getCustomerWallets',
  method: 'GET',
  path: '/customers/wallets',
  tag,
  summary: 'The same of a customer by either of its two names, with real-time balances if asked for',
  schema: { querystring: customerWalletsQuery, response: { 200: z.array(walletResponse) } },
})
