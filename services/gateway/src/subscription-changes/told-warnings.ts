import type { SubscriptionChangeResult } from '@flexprice/contracts/workflows'

/** What a change has to tell that nobody asked for; nothing where there is none. */
export function toldWarnings({ warnings }: Pick<SubscriptionChangeResult, 'warnings'>): {
  warnings?: string[]
} {
  return warnings.length > 0 ? { warnings: [...warnings] } : {}
}
