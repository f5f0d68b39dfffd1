import { expect, test } from 'vitest'
import { createRounds } from './rounds.ts'

test('a round begins after all its askers have come, and each gets the answer to its own question', async () => {
  const rounds: number[][] = []
  const ends: (() => void)[] = []
  const ask = createRounds<number, string>(async (_key, questions) => {
    rounds.push([...questions])
    await new Promise<void>((resolve) => ends.push(resolve))
    return questions.map((question) => `answer ${question}`)
  })
  const step = () => new Promise((resolve) => setImmediate(resolve))
  const first = [ask('key', 1), ask('key', 2)]
  await step()
  const second = [ask('key', 3), ask('key', 4)]
  await step()
  expect(rounds).toEqual([[1, 2]])
  ends[0]?.()
  expect(await Promise.all(first)).toEqual(['answer 1', 'answer 2'])
  await step()
  expect(rounds).toEqual([
    [1, 2],
    [3, 4],
  ])
  const other = ask('other', 5)
  await step()
  ends[2]?.()
  expect(await other).toBe('answer 5')
  ends[1]?.()
  expect(await Promise.all(second)).toEqual(['answer 3', 'answer 4'])
})
