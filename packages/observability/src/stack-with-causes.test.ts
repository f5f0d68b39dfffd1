import { expect, test } from 'vitest'
import { stackWithCauses } from './stack-with-causes.ts'

const lines = (error: Error) => stackWithCauses(error).split('\n')

test('every cause is told, the outermost error first, each with its stack', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  const lost = new TypeError('the connection is lost', { cause: refused })
  const told = lines(new Error('The database cannot be reached', { cause: lost }))
  expect(told.filter((line) => !line.startsWith('    at '))).toEqual([
    'Error: The database cannot be reached',
    'Caused by: TypeError: the connection is lost',
    'Caused by: Error: connect ECONNREFUSED',
  ])
  expect(told.filter((line) => line.includes('stack-with-causes.test')).length).toBeGreaterThanOrEqual(3)
})

test('an error without a cause has its own stack and no more', () => {
  const error = new Error('alone')
  expect(stackWithCauses(error)).toBe(error.stack)
})

test('a cause that is no error is told by its text, and an object not by its fields', () => {
  expect(lines(new Error('a', { cause: 'no route' })).at(-1)).toBe('Caused by: no route')
  expect(lines(new Error('a', { cause: { password: 'sesame' } })).at(-1)).toBe('Caused by: a thrown object')
})

test('a chain that is endless, circular or full of text ends', () => {
  let deep = new Error('0')
  for (let depth = 1; depth < 100; depth++) deep = new Error(String(depth), { cause: deep })
  expect(lines(deep).filter((line) => line.startsWith('Caused by: '))).toHaveLength(9)
  expect(lines(deep).at(-1)).toBe('Caused by: further errors')
  const round = new Error('a')
  round.cause = new Error('b', { cause: round })
  expect(lines(round).filter((line) => line.startsWith('Caused by: '))).toHaveLength(1)
  expect(stackWithCauses(new Error('x'.repeat(1_000_000))).length).toBeLessThan(10_000)
})
