import { changeKinds } from './change-step.ts'
import type { Step } from './step.ts'

/** The life without some of those that it is about: what is tried first, as it takes most steps away at once. */
export function withoutParties(steps: readonly Step[]): readonly ((steps: readonly Step[]) => Step[])[] {
  const subscriptions = steps.flatMap((step) => (step.kind === 'subscribe' ? [step.subscription] : []))
  const chains = steps.flatMap((step) => (step.kind === 'add-price' ? [step.chain] : []))
  return [
    ...subscriptions.map((gone) => (some: readonly Step[]) => withoutSubscription(some, gone)),
    ...chains.map((gone) => (some: readonly Step[]) => some.filter((step) => chainOf(step) !== gone)),
    ...kinds.map((gone) => (some: readonly Step[]) => some.filter(({ kind }) => kind !== gone)),
  ]
}

const kinds: readonly Step['kind'][] = [
  ...changeKinds,
  ...([
    ...([
      'void-note',
      'close-note',
      'take-back',
      'void-payment',
      'pay',
      'end-wallet',
      'grant-credits',
    ] as const),
    ...(['void-purchase', 'buy-credits', 'top-up-by-itself', 'top-up', 'make-wallet'] as const),
    ...['close-invoice', 'replace-invoice', 'void-invoice'],
    'void-event',
    'void-one-off',
    'bill-once',
    'allow-usage',
    'override-price',
    'add-line',
    'end-line',
    'end-price',
  ] as const),
  ...(['change-quantity', 'edit-price', 'wait', 'disturb', 'sync-prices', 'send-events'] as const),
]

function withoutSubscription(steps: readonly Step[], gone: number): Step[] {
  return steps.flatMap((step): Step[] => {
    if (step.kind !== 'send-events') return 'subscription' in step && step.subscription === gone ? [] : [step]
    const events = step.events.filter(({ subscription }) => subscription !== gone)
    return events.length > 0 ? [{ ...step, events }] : []
  })
}

function chainOf(step: Step): number | undefined {
  return 'chain' in step ? step.chain : undefined
}
