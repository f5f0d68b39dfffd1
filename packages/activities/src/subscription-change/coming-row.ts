import type { ComingLine } from '@flexprice/database/changes'
import type { OpenedLine } from '@flexprice/domain/change'
import { formatDecimal } from '@flexprice/domain/money'
import type { ChangeLine } from './change-line.ts'

/** A line that a change opens, as its row. */
export function comingRow(subscriptionId: string, line: OpenedLine<ChangeLine>): ComingLine {
  return {
    id: line.id,
    subscription_id: subscriptionId,
    price_id: line.price.id,
    quantity: formatDecimal(line.quantity),
    start_date: line.start,
    end_date: line.end ?? null,
    ended_by: line.end ? 'price' : null,
    carries_line_id: line.carries,
    metadata: null,
    isReopened: line.isReopened,
    keepsChain: line.keepsChain,
  }
}
