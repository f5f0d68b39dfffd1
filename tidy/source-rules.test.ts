import { describe, expect, it } from 'vitest'
import { clockProblems } from './clock-rules.ts'
import {
  barrelProblems,
  defaultExportProblems,
  environmentProblems,
  escapeProblems,
  purityProblems,
} from './language-rules.ts'
import { decisionProblems, nameProblems } from './name-rules.ts'
import { sizeProblems } from './size-rules.ts'
import { parseSource, type Source } from './source.ts'
import { testProblems } from './test-rules.ts'
import { textProblems } from './text-rules.ts'

type Rule = (source: Source) => string[]
const noEntries: Rule = (source) => barrelProblems(source, new Set())

const longBody = 'step()\n'.repeat(60)

describe('a rule finds', () => {
  it.each<[string, Rule, string, string]>([
    ['any', escapeProblems, 'a.ts', 'let a: any'],
    ['a non-null !', escapeProblems, 'a.ts', 'call(a!)'],
    ['a definite !', escapeProblems, 'a.ts', 'let a!: string'],
    ['as', escapeProblems, 'a.ts', 'call(a as string)'],
    ['as behind an unrelated comment', escapeProblems, 'a.ts', '// because\ncall(a as string)'],
    ['as with a mark that gives no reason', escapeProblems, 'a.ts', 'call(a as string) // tidy: border'],
    ['a default export', defaultExportProblems, 'a.ts', 'export default 1'],
    [
      'a default export by another name',
      defaultExportProblems,
      'a.ts',
      'const a = 1\nexport { a as default }',
    ],
    ['the environment', environmentProblems, 'services/gateway/src/app.ts', 'call(process.env.A)'],
    ['the environment by its text', environmentProblems, 'packages/a/src/a.ts', "call(process['env'])"],
    [
      'the environment by import',
      environmentProblems,
      'packages/a/src/a.ts',
      "import { env } from 'node:process'",
    ],
    ['a clock', purityProblems, 'packages/domain/src/a.ts', 'call(Date.now())'],
    ['a clock behind new', purityProblems, 'packages/domain/src/a.ts', 'call(new Date())'],
    ['the time of day', clockProblems, 'services/gateway/src/a.ts', 'call(new Date())'],
    ['the time of day in SQL', clockProblems, 'packages/database/src/a/a.ts', 'sql`select now()`'],
    ['chance', purityProblems, 'packages/domain/src/a.ts', 'call(Math.random())'],
    ['I/O', purityProblems, 'packages/domain/src/a.ts', 'fetch(a)'],
    ['a barrel', noEntries, 'packages/a/src/b/index.ts', "export { a } from './a.ts'"],
    ['an import of a barrel', noEntries, 'packages/a/src/b.ts', "import { a } from './index.ts'"],
    ['a long file', sizeProblems, 'a.ts', 'step()\n'.repeat(251)],
    ['a long function', sizeProblems, 'a.ts', `function a() {\n${longBody}}`],
    ['a long test', sizeProblems, 'a.ts', `describe('a', () => {\nit('b', () => {\n${longBody}})\n})`],
    ['a skipped test', testProblems, 'a.test.ts', "it.skip('a', b)"],
    ['a test alone', testProblems, 'a.test.ts', "describe.only('a', b)"],
    ['a skipped table', testProblems, 'a.test.ts', "it.skip.each([1])('a', b)"],
    ['a mocked module', testProblems, 'a.test.ts', "vi.mock('./a.ts')"],
  ])('%s', (_name, rule, path, text) => {
    const problems = rule(parseSource(path, text))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(new RegExp(`^${path}:\\d+ `))
  })

  it.each(['src/utils/a.ts', 'src/date-utils.ts', 'src/common.ts', 'src/base/a.ts', 'src/task-manager.ts'])(
    'the empty name in %s',
    (path) => {
      expect(nameProblems([path])).toHaveLength(1)
    },
  )

  it('a gap and a bad name in the decisions', () => {
    expect(decisionProblems(['docs/decisions/0001-a.md', 'docs/decisions/0003-b.md'])).toHaveLength(1)
    expect(decisionProblems(['docs/decisions/first.md'])).toHaveLength(1)
  })

  it.each([
    ['a path', ['', 'root', 'secret.txt'].join('/')],
    ['a key', ['-----BEGIN', 'RSA PRIVATE', 'KEY-----'].join(' ')],
    ['a token', `AKIA${'A'.repeat(16)}`],
    ['a password', ['postgres://app', 'hunter2@db.example.com/app'].join(':')],
    ['a registry', ['https://registry', 'example.com'].join('.')],
  ])('%s in a text', (_name, text) => {
    expect(textProblems('a.md', `first line\n${text}`)).toEqual([expect.stringMatching(/^a\.md:2 has /)])
  })
})

describe('a rule lets pass', () => {
  it.each<[string, Rule, string, string]>([
    ['as const', escapeProblems, 'a.ts', 'call([1] as const)'],
    ['a renamed import', escapeProblems, 'a.ts', "import { a as b } from './a.ts'"],
    ['as at a border', escapeProblems, 'a.ts', 'call(a as string) // tidy: border — the driver says unknown'],
    [
      'as below a border comment of two lines',
      escapeProblems,
      'a.ts',
      '// tidy: border — the driver\n// says unknown\ncall(a as string)',
    ],
    [
      'the environment in config.ts',
      environmentProblems,
      'services/gateway/src/config.ts',
      'call(process.env.A)',
    ],
    ['a given instant', purityProblems, 'packages/domain/src/a.ts', 'call(new Date(0))'],
    ['a file of types', noEntries, 'packages/a/src/a.ts', 'export interface A {}'],
    ['a long group of short tests', sizeProblems, 'a.ts', `describe('a', () => {\n${longBody}})`],
    [
      'a long function with a reason',
      sizeProblems,
      'a.ts',
      `// tidy: long because it is one statement\nfunction a() {\n${longBody}}`,
    ],
  ])('%s', (_name, rule, path, text) => {
    expect(rule(parseSource(path, text))).toEqual([])
  })
})
