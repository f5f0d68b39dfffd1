import { expect, test } from 'vitest'
import { createStatementNames, plannedAnew } from './named-statements.ts'

function useTimes(nameOf: (text: string) => string | undefined, text: string, times: number) {
  return Array.from({ length: times }, () => nameOf(text))
}

test('a text is named from its fifth use on, always by the same name, which fits PostgreSQL', () => {
  const nameOf = createStatementNames()
  const names = useTimes(nameOf, 'select 1', 7)
  expect(names.slice(0, 4)).toEqual([undefined, undefined, undefined, undefined])
  expect(new Set(names.slice(4)).size).toBe(1)
  // PostgreSQL cuts a name at 63 bytes, which would make two statements one.
  expect(names[4]).toMatch(/^.{1,63}$/)
})

test('two texts have two names', () => {
  const nameOf = createStatementNames()
  expect(useTimes(nameOf, 'select 1', 5)[4]).not.toBe(useTimes(nameOf, 'select 2', 5)[4])
})

test('at most 256 texts are named, and those keep their names', () => {
  const nameOf = createStatementNames()
  const named = Array.from({ length: 400 }, (_, index) => useTimes(nameOf, `select ${index}`, 5)[4])
  expect(named.filter((name) => name !== undefined)).toHaveLength(256)
  expect(nameOf('select 0')).toBe(named[0])
  expect(nameOf('select 399')).toBeUndefined()
})

test('texts that are used once are forgotten: ever new searches cost no memory and take no name', () => {
  const nameOf = createStatementNames()
  useTimes(nameOf, 'select often', 4)
  for (let search = 0; search < 2_000; search++) nameOf(`select ${search}`)
  expect(nameOf('select often')).toBeUndefined()
  expect(useTimes(nameOf, 'select often', 4)[3]).toBeDefined()
})

test('a statement whose plan depends on its arguments is never named', () => {
  const nameOf = createStatementNames()
  expect(useTimes(nameOf, `${plannedAnew} select 1`, 9).every((name) => name === undefined)).toBe(true)
})
