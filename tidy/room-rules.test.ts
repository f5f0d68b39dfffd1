import { describe, expect, it } from 'vitest'
import { circleProblems } from './circle-rules.ts'
import { roomProblems } from './room-rules.ts'
import { parseSource } from './source.ts'
import type { Workspace } from './workspace.ts'

const doors = { './connection': './src/connection/index.ts', './catalog': './src/catalog/index.ts' }

/** A workspace with one package, `database`, of these files. */
function database(texts: Record<string, string>, exports: Record<string, string> = doors): Workspace {
  const folder = 'packages/database'
  const sources = Object.entries(texts).map(([path, text]) => parseSource(`${folder}/src/${path}`, text))
  const pkg = { name: '@flexprice/database', folder, exports, dependencies: {}, devDependencies: {} }
  return { files: sources.map(({ path }) => path), sources, packages: [pkg] }
}

describe('the table of rooms finds', () => {
  it.each<[string, Record<string, string>, string]>([
    [
      'a file beside the rooms',
      { 'prices.ts': '' },
      'packages/database/src/prices.ts:1 lies in no room: its place is one of tables, migrations, connection',
    ],
    ['a room that is not in the table', { 'things/prices.ts': '' }, 'lies in no room'],
    [
      'a room that uses a later one',
      { 'connection/a.ts': "import type { B } from '../catalog/b.ts'", 'catalog/b.ts': '' },
      'packages/database/src/connection/a.ts:1 must not import ../catalog/b.ts: catalog comes after connection',
    ],
    [
      'a door that offers what is next door',
      { 'catalog/index.ts': "export { a } from '../connection/a.ts'", 'connection/a.ts': '' },
      'packages/database/src/catalog/index.ts:1 offers ../connection/a.ts of another room',
    ],
    [
      'test code in a room',
      { 'catalog/b.ts': "import { a } from '../testing/a.ts'", 'testing/a.ts': '' },
      'must not import ../testing/a.ts: it is for tests',
    ],
  ])('%s', (_name, texts, expected) => {
    const problems = roomProblems(database(texts))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(expected)
  })

  it.each([
    ['./catalog/prices', './src/catalog/prices.ts'],
    ['./catalog', './src/catalog/prices.ts'],
    ['./things', './src/things/index.ts'],
  ])('a way past the door: %s as %s', (subpath, target) => {
    expect(roomProblems(database({}, { [subpath]: target }))).toEqual([
      `packages/database/package.json:1 exports ${target} as ${subpath}: a room has one door, its index.ts`,
    ])
  })

  it('nothing in a room that uses an earlier one, nor in a test that uses a later one', () => {
    const texts = {
      'catalog/b.ts': "import { a } from '../connection/a.ts'",
      'connection/a.ts': '',
      'connection/a.test.ts': "import { b } from '../catalog/b.ts'",
    }
    expect(roomProblems(database(texts))).toEqual([])
  })
})

describe('the search for circles finds', () => {
  it.each([
    ['two files', { 'a.ts': "import { b } from './b.ts'", 'b.ts': "import { a } from './a.ts'" }, 'b.ts'],
    [
      'types over three files',
      {
        'a.ts': "import type { B } from './b.ts'",
        'b.ts': "export type { C } from './c.ts'",
        'c.ts': "import type { A } from './a.ts'",
      },
      'c.ts',
    ],
    ['a file that imports itself', { 'a.ts': "import { a } from './a.ts'" }, 'a.ts'],
  ])('%s', (_name, texts, last) => {
    const problems = circleProblems(database(texts))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(
      new RegExp(
        `^packages/database/src/${last}:1 closes a circle of imports: .* → packages/database/src/a.ts$`,
      ),
    )
  })

  it('nothing where two ways lead to one file', () => {
    const texts = {
      'a.ts': "import { b } from './b.ts'\nimport { c } from './c.ts'",
      'b.ts': "import { c } from './c.ts'",
      'c.ts': '',
    }
    expect(circleProblems(database(texts))).toEqual([])
  })
})
