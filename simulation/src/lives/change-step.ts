/**
 * Steps that change a running subscription. Each is asked for whether the rules have a place for it or not: what they
 * refuse, the product has to refuse as well.
 */
export type ChangeStep =
  | Cancel
  | TakeBackEnd
  | PauseSubscription
  | ResumeSubscription
  | ModifyLine
  | ChangePlan
  | MoveTrial

export const changeKinds = [
  'cancel',
  'take-back-end',
  'pause',
  'resume',
  'modify-line',
  'change-plan',
  'move-trial',
] as const satisfies readonly ChangeStep['kind'][]

interface Change {
  readonly at: number
  readonly subscription: number
  /** What fell due before is not billed yet: the change finds its subscription behind, and has to bring it up. */
  readonly isBehind: boolean
}

/** The end of a subscription: now, with its period, or at an instant, which may lie behind. */
export interface Cancel extends Change {
  readonly kind: 'cancel'
  readonly when: 'now' | 'period-end' | { readonly time: number }
  readonly isProrated: boolean
  /** Of one now: its last usage and fees are left unbilled. */
  readonly isSkipped: boolean
}

/** An end, or a change of plan, that is to come is taken back. */
export interface TakeBackEnd extends Change {
  readonly kind: 'take-back-end'
}

/** It stands still, from now or from its period's end on. */
export interface PauseSubscription extends Change {
  readonly kind: 'pause'
  readonly when: 'now' | 'period-end'
  readonly isProrated: boolean
}

/** It goes on; a pause that has not begun is taken back. */
export interface ResumeSubscription extends Change {
  readonly kind: 'resume'
  readonly when: 'now' | 'period-end'
  readonly isProrated: boolean
}

/** A line's quantity or amount is another one, it ends or comes; what that moves is charged and credited at once. */
export interface ModifyLine extends Change {
  readonly kind: 'modify-line'
  readonly chain: number
  readonly act: 'change-quantity' | 'end-line' | 'add-line' | 'own-amount'
  readonly quantity: string
  /** Of `own-amount`: the line's own from then on. */
  readonly amount?: string
}

/** A trial ends at another instant. */
export interface MoveTrial extends Change {
  readonly kind: 'move-trial'
  /** Null: now. */
  readonly time: number | null
}

/** To the other plan or back, now or with the period. */
export interface ChangePlan extends Change {
  readonly kind: 'change-plan'
  readonly plan: Plan
  readonly when: 'now' | 'period-end'
  readonly isProrated: boolean
  /** Takes the place of one that waits. */
  readonly supersedes: boolean
}

/** Subscriptions begin with plan 0. */
export type Plan = 0 | 1

export function isChange(step: { readonly kind: string }): step is ChangeStep {
  return changeKinds.some((kind) => kind === step.kind)
}
