import type { UsageAnswer, UsagePart, UsageSplit } from './usage-question.ts'

/** The answers of one group of a report, by the places of their questions: empty where the group has nothing. */
export interface SplitAnswers {
  readonly split: UsageSplit
  readonly answers: readonly UsageAnswer[]
}

/** Takes answers apart by what they are split by. @param splits the groups that there are, in the order of the result */
export function splitAnswers(answers: readonly UsageAnswer[], splits: readonly UsageSplit[]): SplitAnswers[] {
  const groups = new Map(splits.map((split) => [JSON.stringify(split), newGroup(split)]))
  for (const [place, { parts }] of answers.entries()) {
    for (const [key, ofGroup] of Map.groupBy(parts, keyOf)) {
      const group = groups.get(key)
      if (group) group.answers[place] = { parts: ofGroup }
    }
  }
  return [...groups.values()]
}

function newGroup(split: UsageSplit): { split: UsageSplit; answers: UsageAnswer[] } {
  return { split, answers: [] }
}

function keyOf({ split = [] }: UsagePart): string {
  return JSON.stringify(split)
}
