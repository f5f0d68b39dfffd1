import type { UsageAnswer, UsagePart } from './usage-question.ts'

/** The answers of one group of a report, by the places of their questions: empty where the group has nothing. */
export interface SplitAnswers {
  readonly split: readonly (string | null)[]
  readonly answers: readonly UsageAnswer[]
}

/** Takes answers apart by what they are split by, in the order of the values; what is not split is one group. */
export function splitAnswers(answers: readonly UsageAnswer[]): SplitAnswers[] {
  const groups = new Map<string, { split: readonly (string | null)[]; answers: UsageAnswer[] }>()
  for (const [place, { parts }] of answers.entries()) {
    for (const [key, ofGroup] of Map.groupBy(parts, keyOf)) {
      const group = groups.get(key) ?? { split: ofGroup[0]?.split ?? [], answers: [] }
      group.answers[place] = { parts: ofGroup }
      groups.set(key, group)
    }
  }
  return [...groups].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, group]) => group)
}

function keyOf({ split = [] }: UsagePart): string {
  return JSON.stringify(split)
}
