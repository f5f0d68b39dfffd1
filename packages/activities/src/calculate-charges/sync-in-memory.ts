import type { ChargedLine, ChargeFacts } from '@flexprice/database/calculations'
import type { MeterRow } from '@flexprice/database/catalog'
import { newId } from '@flexprice/database/connection'
import { changedSince, type EditedPlan } from '@flexprice/database/price-sync'
import { assert } from '@flexprice/domain'
import {
  type Boundaries,
  reachedVersions,
  type SyncedLines,
  type SyncLine,
  syncLines,
} from '@flexprice/domain/subscription'

export interface SyncedFacts {
  readonly outcomes: SyncedLines<SyncLine>['outcomes']
  /** Whether any line is another one afterwards. */
  readonly isTouched: boolean
  readonly after: ChargeFacts
}

/** A line of the sync with what it is charged by; null where the sync adds it. */
interface Line extends SyncLine {
  readonly charged: ChargedLine | null
}

/** What a subscription is charged by once the plan's edits are synced to it; nothing is written. */
export function syncInMemory(
  facts: ChargeFacts,
  sync: {
    readonly plan: EditedPlan
    readonly meters: ReadonlyMap<string, MeterRow>
    readonly overriddenFrom: ReadonlyMap<string, Date>
    readonly planSince: Date | null
    readonly unbilledFrom: Date
    readonly boundaries: Boundaries
  },
): SyncedFacts {
  const { subscription } = facts
  const before = facts.lines.map((charged): Line => ({ ...charged.line, charged }))
  const { lines, outcomes } = syncLines({
    subscription: { ...subscription, plan_since: sync.planSince },
    prices: reachedVersions(sync.plan.prices, sync.boundaries),
    hasChanged: changedSince(sync.plan, subscription.synced_price_sequence),
    overriddenFrom: sync.overriddenFrom,
    lines: before,
    unbilledFrom: sync.unbilledFrom,
    newLine: (line): Line => ({ ...line, charged: null }),
  })
  const isTouched = lines.length !== before.length || lines.some((line, index) => line !== before[index])
  return {
    outcomes,
    isTouched,
    after: isTouched ? { ...facts, lines: lines.map((line) => chargedLine(line, facts, sync)) } : facts,
  }
}

/** No change has made or ended it. */
const unchanged = {
  ...{ opened_by_change: null, closed_by_change: null },
  ...{ carries_line_id: null, former_grid: null },
}

function chargedLine(
  { charged, ...line }: Line,
  { subscription }: ChargeFacts,
  { plan, meters }: { plan: EditedPlan; meters: ReadonlyMap<string, MeterRow> },
): ChargedLine {
  if (charged) return { ...charged, line: { ...charged.line, ...line } }
  const price = plan.prices.find(({ id }) => id === line.price_id)
  assert(price, 'a sync adds lines of the plan')
  return {
    line: { id: newId('lineItem'), subscription_id: subscription.id, ...unchanged, ...line },
    price,
    chain: price.root_price_id,
    planId: price.plan_id,
    meter: meters.get(price.meter_id ?? '') ?? null,
    billedBy: [],
    formerGrid: null,
  }
}
