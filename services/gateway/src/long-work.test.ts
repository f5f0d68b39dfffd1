import { expect, test } from 'vitest'
import { createLongWork, type Pieces } from './long-work.ts'

function* pieces(name: string, count: number, done: string[]): Pieces<string> {
  for (let piece = 1; piece <= count; piece++) {
    done.push(`${name}${piece}`)
    if (piece < count) yield
  }
  return name
}

test('of all long works one piece is done a turn of the event loop, each in its turn; what has one piece is done at once', async () => {
  const work = createLongWork()
  const done: string[] = []
  const results = [
    work.run(pieces('a', 3, done)),
    work.run(pieces('b', 3, done)),
    work.run(pieces('c', 1, done)),
  ]
  expect(done).toEqual(['a1', 'b1', 'c1'])
  const perTurn: number[] = []
  while (done.length < 7) {
    const before = done.length
    await new Promise((resolve) => setImmediate(resolve))
    perTurn.push(done.length - before)
  }
  expect(Math.max(...perTurn)).toBe(1)
  expect(done.slice(3)).toEqual(['a2', 'b2', 'a3', 'b3'])
  expect(await Promise.all(results)).toEqual(['a', 'b', 'c'])
})

test('a work that fails fails alone', async () => {
  const work = createLongWork()
  // biome-ignore lint/correctness/useYield: it ends before it could
  function* failing(): Pieces<string> {
    throw new Error('bad')
  }
  const done: string[] = []
  const results = await Promise.allSettled([work.run(failing()), work.run(pieces('b', 2, done))])
  expect(results).toMatchObject([{ reason: { message: 'bad' } }, { value: 'b' }])
})
