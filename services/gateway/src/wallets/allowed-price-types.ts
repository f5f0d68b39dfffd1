import type { CreateWalletRequest } from '@flexprice/contracts/wallets'
import type { AllowedPriceTypes } from '@flexprice/domain/wallet'

/** What a request's list comes to: both types are all there are. Undefined where it says nothing of it. */
export function allowedPriceTypes(config: CreateWalletRequest['config']): AllowedPriceTypes | undefined {
  const types = config?.allowed_price_types
  if (types === undefined) return undefined
  const [only, ...others] = new Set(types)
  return only === undefined || others.length > 0 ? 'ALL' : only
}
