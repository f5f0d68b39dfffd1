import type { SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import type { SubscriptionAdvance } from '@flexprice/database/billing'
import type { ChargeFacts } from '@flexprice/database/calculations'
import type { ChangedSubscription } from '@flexprice/database/changes'
import type { Scoped } from '@flexprice/database/connection'
import { getSubscription } from '@flexprice/database/subscriptions'
import { creditTime, type LineCredit } from '@flexprice/domain/change'
import { sumDecimals } from '@flexprice/domain/money'
import { type ChangeLine, changeLines, goingLineIds } from './change-line.ts'
import { subscriptionSummary } from './change-result.ts'
import type { HeldSubscription, PreparedChange } from './prepared-change.ts'

/** A change by which no line comes or goes: the subscription ends, or stands still, with its lines as they are. */
export function standingChange(
  { subscription }: ChargeFacts,
  {
    at,
    behavior,
    credits = [],
    charges = [],
  }: Pick<PreparedChange['planned'], 'at' | 'behavior'> &
    Partial<Pick<PreparedChange['planned'], 'credits' | 'charges'>>,
): Pick<PreparedChange, 'planned' | 'subscription' | 'toPlan'> {
  const credited = sumDecimals(credits.map(({ amount }) => amount))
  const net = sumDecimals(charges.map(({ amount }) => amount)).minus(credited)
  return {
    planned: {
      ...{ at, behavior, credits, charges, net, closed: [], opened: [] },
      ...{ changeType: 'lateral', warnings: [], gridChange: null },
    },
    subscription: {},
    toPlan: { id: subscription.plan_id, name: subscription.plan_name },
  }
}

/** What was billed in advance for the time from an instant on, of lines that are there then: it comes back as they stand still. */
export function goingCredits({ facts, billed }: HeldSubscription, at: Date): LineCredit<ChangeLine>[] {
  const lines = new Map(changeLines(facts).map((line) => [line.id, line]))
  const going = new Set(goingLineIds(facts, at))
  return billed.flatMap((one) => {
    const line = going.has(one.lineId) ? lines.get(one.lineId) : undefined
    const credit = line && creditTime(one, at, facts.subscription.currency)
    return credit ? [{ ...credit, line }] : []
  })
}

/** What an answer tells of the subscription as the transaction has left it. */
export async function summaryNow(
  transaction: Scoped,
  id: string,
): Promise<Pick<SubscriptionChangeResult, 'after'>> {
  const row = await getSubscription(transaction, id)
  return { after: subscriptionSummary(row, row) }
}

/** The same of a row that the transaction has written, and of where billing has left it behind that. */
export function summaryOf(
  row: ChangedSubscription & Pick<ChargeFacts['subscription'], 'id' | 'created_at'>,
  advance?: SubscriptionAdvance,
): Pick<SubscriptionChangeResult, 'after'> {
  const moved = advance && {
    subscription_status: advance.status,
    current_period_start: advance.period.start,
    current_period_end: advance.period.end,
  }
  return { after: subscriptionSummary(row, { ...row, ...moved }) }
}
