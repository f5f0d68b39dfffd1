import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { createLongWork, type Pieces } from './long-work.ts'

function* pieces(name: string, count: number, done: string[]): Pieces<string> {
  for (let piece = 1; piece <= count; piece++) {
    done.push(`${name}${piece}`)
    if (piece < count) yield
  }
  return name
}

test('of all long works one piece is done at a time, each in its turn, with a rest before; what has one piece is done at once', async () => {
  const work = createLongWork(new EventEmitter())
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
  expect(perTurn).toContain(0)
  expect(done.slice(3)).toEqual(['a2', 'a3', 'b2', 'b3'])
  expect(await Promise.all(results)).toEqual(['a', 'b', 'c'])
})

test('whoever comes over a new connection goes before the next piece, and no endless row of them keeps it back', async () => {
  const turnsOfPiece = async (connects: boolean): Promise<number> => {
    const server = new EventEmitter()
    const done: string[] = []
    const result = createLongWork(server).run(pieces('a', 2, done))
    let turns = 0
    for (; done.length < 2; turns++) {
      if (connects) server.emit('connection')
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await result).toBe('a')
    return turns
  }
  // Some twenty-five times as many.
  expect(await turnsOfPiece(true)).toBeGreaterThan(2 * (await turnsOfPiece(false)))
})

test('a work that fails fails alone', async () => {
  const work = createLongWork(new EventEmitter())
  // biome-ignore lint/correctness/useYield: it ends before it could
  function* failing(): Pieces<string> {
    throw new Error('bad')
  }
  const done: string[] = []
  const results = await Promise.allSettled([work.run(failing()), work.run(pieces('b', 2, done))])
  expect(results).toMatchObject([{ reason: { message: 'bad' } }, { value: 'b' }])
})
