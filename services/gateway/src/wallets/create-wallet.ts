import { createWallet } from '@flexprice/contracts/operations'
import type { CreateWalletRequest } from '@flexprice/contracts/wallets'
import { inTransaction, readNow, type Scoped } from '@flexprice/database/connection'
import {
  autoTopUpTerms,
  bookCredits,
  getWallet,
  insertWallet,
  noAutoTopUp,
  refreshTopUpDue,
  type WalletRow,
} from '@flexprice/database/wallets'
import { assert, invalid } from '@flexprice/domain'
import { type Decimal, isPositive, readDecimal, roundMoney } from '@flexprice/domain/money'
import { callerDatabase } from '../caller.ts'
import { namedCustomer } from '../customers/named-customer.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { allowedPriceTypes } from './allowed-price-types.ts'
import { askedAutoTopUp } from './asked-auto-topup.ts'
import { startOfDay } from './start-of-day.ts'
import { walletResponses } from './wallet-response.ts'

export function createWalletRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(createWallet),
    async handler(request, reply) {
      const { body } = request
      const row = await inTransaction(callerDatabase(database, request), async (scoped) => {
        const customer = await namedCustomer(scoped, {
          ...{ id: body.customer_id, externalId: body.external_customer_id },
          fields: { id: 'customer_id', externalId: 'external_customer_id' },
        })
        return makeWallet(scoped, { ...body, customerId: customer.id }, await readNow(scoped))
      })
      const [wallet] = await walletResponses(callerDatabase(database, request), [row])
      assert(wallet, 'a row has its answer')
      return reply.code(200).send(wallet)
    },
  })
}

async function makeWallet(
  scoped: Scoped,
  { customerId, ...body }: CreateWalletRequest & { customerId: string },
  now: Date,
): Promise<WalletRow> {
  const expiresAt = initialExpiry(body)
  const credits = readDecimal(body.initial_credits_to_load)
  if (!isPositive(credits) && expiresAt) {
    throw invalid([{ path: 'initial_credits_to_load', message: 'must be more than 0 to expire' }])
  }
  const rates = {
    conversion_rate: body.conversion_rate,
    topup_conversion_rate: body.topup_conversion_rate ?? body.conversion_rate,
  }
  const asked = askedAutoTopUp(body.auto_topup)
  const topUps = asked && autoTopUpTerms(asked, noAutoTopUp, { ...rates, currency: body.currency })
  const wallet = await insertWallet(
    scoped,
    {
      customer_id: customerId,
      name: body.name ?? '',
      description: body.description ?? '',
      currency: body.currency,
      ...rates,
      ...topUps,
      allowed_price_types: allowedPriceTypes(body.config) ?? 'ALL',
      metadata: body.metadata ?? {},
    },
    now,
  )
  if (isPositive(credits)) await loadCredits(scoped, { wallet, credits, expiresAt }, now)
  if (topUps) await refreshTopUpDue(scoped, wallet.id, now)
  return getWallet(scoped, wallet.id)
}

async function loadCredits(
  scoped: Scoped,
  { wallet, credits, expiresAt }: { wallet: WalletRow; credits: Decimal; expiresAt: Date | undefined },
  now: Date,
): Promise<void> {
  await bookCredits(
    scoped,
    [
      {
        ...{ walletId: wallet.id, reason: 'FREE_CREDIT_GRANT', credits },
        amount: roundMoney(credits.times(readDecimal(wallet.conversion_rate)), wallet.currency),
        terms: { priority: null, effectiveAt: null, expiresAt: expiresAt ?? null, isPurchased: false },
        reference: { reference_type: 'REQUEST', reference_id: scoped.scope.requestId },
        key: { origin: 'initial', value: wallet.id },
        expiryField: 'initial_credits_expiry_date_utc',
      },
    ],
    now,
  )
}

/** Of the two ways to say it, either, or both where they agree. */
function initialExpiry(body: CreateWalletRequest): Date | undefined {
  const { initial_credits_expiry_date_utc: instant, initial_credits_to_load_expiry_date: day } = body
  if (day === undefined || day === 0) return instant
  const path = 'initial_credits_to_load_expiry_date'
  const start = startOfDay(path, day)
  if (instant === undefined || instant.getTime() === start.getTime()) return start
  throw invalid([{ path, message: 'is not that of initial_credits_expiry_date_utc' }])
}
