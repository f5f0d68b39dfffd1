import type { ResumeOrder } from '@flexprice/contracts/workflows'
import { findOpenPause, type PauseRow, updatePause } from '@flexprice/database/schedules'
import { CodedError } from '@flexprice/domain'
import { settleMoves } from '@flexprice/domain/change'
import { type ChangeLine, changeFacts, changeLines } from './change-line.ts'
import type { ChangeKind, HeldSubscription, PreparedChange } from './prepared-change.ts'
import { standingChange, summaryNow } from './standing-change.ts'

/**
 * The end of a pause, at once or with the period's end (billing rules, section 8): the chains go on from there, with the
 * lines that a price sync has given them meanwhile; the rest of the period is charged when prorating, else ADVANCE bills
 * from the next boundary on. A pause that has not begun is taken back.
 */
export const resumeKind: ChangeKind<ResumeOrder> = async (transaction, order) => (held) => {
  const { facts, now } = held
  const { subscription } = facts
  const isPaused = subscription.subscription_status === 'paused'
  const isAtOnce = order.mode === 'immediate' || !isPaused
  const at = isAtOnce ? now : subscription.current_period_end
  const isCharged = isPaused && isAtOnce && order.proration_behavior === 'create_prorations'
  return {
    ...standingChange(facts, {
      at,
      behavior: order.proration_behavior,
      charges: isCharged ? comingCharges(held) : [],
    }),
    subscription: isPaused && isAtOnce ? { subscription_status: 'active' } : {},
    madeAt: now,
    async finish() {
      const pause = await findOpenPause(transaction, subscription.id)
      if (!pause) throw notPaused(subscription.id)
      if (pause.pause_end?.getTime() === at.getTime()) throw resumesAlready(subscription.id, at)
      const ended = { pause_end: at, resume_proration_behavior: order.proration_behavior }
      await updatePause(transaction, pause.id, { ...changesOf(pause), metadata: order.metadata }, now)
      return { is_scheduled: isPaused && !isAtOnce, ...(await summaryNow(transaction, subscription.id)) }

      function changesOf({ pause_status: status }: PauseRow) {
        if (status === 'scheduled') return { pause_status: 'cancelled' } as const
        return isAtOnce ? ({ ...ended, pause_status: 'completed', resumed_at: at } as const) : ended
      }
    },
  }
}

/** What is billed in advance of the chains that go on, for the rest of the period, as far as nobody has paid for it. */
function comingCharges({ facts, billed, now }: HeldSubscription): PreparedChange['planned']['charges'] {
  // Also one that was to end later.
  const pauses = facts.pauses.map((pause) => {
    const isOn = pause.start <= now && (pause.end == null || pause.end > now)
    return isOn ? { ...pause, end: now, endsProrated: true } : pause
  })
  const all = changeFacts({ ...facts, pauses }, billed)
  const isComing = ({ start }: ChangeLine) => start.getTime() === now.getTime()
  const isPaidFor = ({ chain }: ChangeLine): boolean => {
    const ids = new Set(
      changeLines(facts)
        .filter((line) => line.chain === chain)
        .map(({ id }) => id),
    )
    return billed.some(({ lineId, span, creditedFrom }) => {
      return ids.has(lineId) && creditedFrom === null && span.start <= now && span.end > now
    })
  }
  const opened = all.lines
    .filter((line) => isComing(line) && !isPaidFor(line))
    // The same line of the subscription goes on: as one that opens it has a name of its own.
    .map((line) => ({
      ...line,
      id: `${line.id} resumed`,
      carries: null,
      isReopened: false,
      keepsChain: true,
      line,
    }))
  const lines = all.lines.map((line) => (isComing(line) ? { ...line, end: line.start } : line))
  const { charges } = settleMoves({ ...all, lines }, { at: now, closed: [], opened }, 'create_prorations')
  const lineOf = new Map(opened.map(({ id, line }) => [id, line]))
  return charges.map((charge) => {
    const line = { ...charge.line, id: lineOf.get(charge.line.id)?.id ?? charge.line.id }
    return { ...charge, line }
  })
}

function resumesAlready(id: string, at: Date): CodedError {
  const message = `Subscription ${id} is to be resumed at ${at.toISOString()} already`
  return new CodedError('state_conflict', message)
}

function notPaused(id: string): CodedError {
  return new CodedError('state_conflict', `Subscription ${id} is not paused`)
}
