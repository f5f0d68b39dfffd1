import { subtractRatios, zeroRatio } from '../money/ratio.ts'
import type { UsageAnswer, UsagePart } from '../usage/usage-question.ts'
import type { MeasuredUsage } from './cycle.ts'

/**
 * The parts that answer a usage line's question. A weighted value that runs on is asked for as the sum over all
 * time up to an instant: its window's is what that has grown since the window began. Taken whole, a value would weigh
 * more in each window the longer it has been there.
 */
export function windowParts(
  {
    measure,
    question,
    questionBefore,
  }: Pick<MeasuredUsage<unknown>, 'measure' | 'question' | 'questionBefore'>,
  answers: readonly UsageAnswer[],
): readonly UsagePart[] {
  const parts = answers[question]?.parts ?? []
  if (measure.aggregation !== 'WEIGHTED_SUM' || questionBefore === null) return parts
  const before = answers[questionBefore]?.parts[0]?.quantity ?? zeroRatio
  return parts.map((part) => ({ ...part, quantity: subtractRatios(part.quantity, before) }))
}
