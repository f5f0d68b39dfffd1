import type { AutoTopUp } from '@flexprice/contracts/wallets'
import type { AskedAutoTopUp } from '@flexprice/database/wallets'

/** As the ledger's room takes it: a cooldown of both its parts, which the schema has seen to. */
export function askedAutoTopUp(asked: AutoTopUp | undefined): AskedAutoTopUp | undefined {
  if (asked === undefined) return undefined
  const { cooldown, ...rest } = asked
  const { unit, value } = cooldown ?? {}
  return unit === undefined || value === undefined ? rest : { ...rest, cooldown: { unit, value } }
}
