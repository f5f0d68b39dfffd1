import { describe, expect, it } from 'vitest'
import { borderProblems } from './border-rules.ts'
import { dependencyProblems } from './dependency-rules.ts'
import { sandboxProblems } from './sandbox-rules.ts'
import { parseSource, type Source } from './source.ts'
import { workflowProblems } from './workflow-rules.ts'
import { type Package, readWorkspace, type Workspace } from './workspace.ts'

function packageIn(folder: string, rest: Partial<Package> = {}): Package {
  const name = `@flexprice/${folder.split('/')[1]}`
  return { name, folder, exports: { '.': './src/index.ts' }, dependencies: {}, devDependencies: {}, ...rest }
}

function workspaceOf(packages: Package[], texts: Record<string, string>): Workspace {
  const sources = Object.entries(texts).map(([path, text]) => parseSource(path, text))
  return { files: Object.keys(texts), sources, packages }
}

const ours = ['domain', 'contracts', 'database', 'activities', 'workflows', 'testing'].map((name) =>
  packageIn(`packages/${name}`),
)
const gateway = packageIn('services/gateway')
const worker = packageIn('services/worker-x')

type Rule = (source: Source) => string[]
const inWorkspace: Rule = ({ path, text }) =>
  dependencyProblems(workspaceOf([...ours, gateway, worker], { [path]: text }))

describe('a rule finds', () => {
  it.each<[string, Rule, string, string]>([
    ['zod in the domain', borderProblems, 'packages/domain/src/a.ts', "import { z } from 'zod'"],
    [
      'node in the domain',
      borderProblems,
      'packages/domain/src/a.ts',
      "import { readFileSync } from 'node:fs'",
    ],
    [
      'a second Temporal client',
      borderProblems,
      'services/gateway/src/a.ts',
      "import type { Client } from '@temporalio/client'",
    ],
    [
      'the worker in the client',
      borderProblems,
      'packages/temporal-client/src/a.ts',
      "await import('@temporalio/worker')",
    ],
    [
      'SQL outside of storage',
      borderProblems,
      'packages/activities/src/a.ts',
      "import { sql } from 'kysely'",
    ],
    [
      'Fastify in the contracts',
      borderProblems,
      'packages/contracts/src/a.ts',
      "import fastify from 'fastify'",
    ],
    [
      'one workflow in the client',
      borderProblems,
      'packages/temporal-client/src/a.ts',
      "import { a } from '@flexprice/contracts/workflows/price-sync'",
    ],
    [
      'a package below that loads one above',
      inWorkspace,
      'packages/domain/src/a.ts',
      "import { a } from '@flexprice/database'",
    ],
    [
      'activities loaded by workflows',
      inWorkspace,
      'packages/workflows/src/a.ts',
      "import { a } from '@flexprice/activities'",
    ],
    [
      'a service in a service',
      inWorkspace,
      'services/worker-x/src/a.ts',
      "import { a } from '@flexprice/gateway'",
    ],
    [
      'a service in a test',
      inWorkspace,
      'services/worker-x/src/a.test.ts',
      "import { a } from '@flexprice/gateway'",
    ],
    [
      'test code in a service',
      inWorkspace,
      'services/gateway/src/a.ts',
      "import { a } from '@flexprice/testing'",
    ],
    [
      'a path into another package',
      inWorkspace,
      'packages/contracts/src/a.ts',
      "import { a } from '../../domain/src/a.ts'",
    ],
    [
      'a package that imports itself',
      inWorkspace,
      'packages/domain/src/a.ts',
      "import { a } from '@flexprice/domain'",
    ],
  ])('%s', (_name, rule, path, text) => {
    const problems = rule(parseSource(path, text))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(new RegExp(`^${path}:\\d+ `))
  })

  it('a package that depends on one above it', () => {
    const above = packageIn('packages/domain', { dependencies: { '@flexprice/database': 'workspace:*' } })
    expect(dependencyProblems(workspaceOf([above, ...ours.slice(1)], {}))).toHaveLength(1)
  })

  it('zod in the sandbox, with the way it came', () => {
    const texts = {
      'packages/workflows/src/a/index.ts': "import { b } from '../b.ts'",
      'packages/workflows/src/b.ts': "import { type C } from '@flexprice/contracts'",
      'packages/contracts/src/index.ts': "import { z } from 'zod'",
    }
    const [problem, ...others] = sandboxProblems(workspaceOf(ours, texts))
    expect(problem).toMatch(
      /^packages\/contracts\/src\/index\.ts:1 brings zod into the workflow sandbox \(packages\/workflows/,
    )
    expect(others).toEqual([])
  })

  it('each missing part of a workflow by the line to add, and parts of none', async () => {
    const workspace = await readWorkspace()
    const files = ['services/worker-nothing/src/main.ts']
    const problems = workflowProblems({ ...workspace, files }).join('\n')
    expect(problems).toContain(
      "workflow price-sync: add to packages/contracts/src/workflows/index.ts: 'price-sync': ",
    )
    expect(problems).toContain('add the file services/worker-price-sync/src/main.ts')
    expect(problems).toContain('record a history')
    expect(problems).toContain('services/worker-nothing/src/main.ts:1 belongs to no workflow')
  })
})

describe('a rule lets pass', () => {
  it.each<[string, Rule, string, string]>([
    [
      'activities named by workflows',
      inWorkspace,
      'packages/workflows/src/a.ts',
      "import type { A } from '@flexprice/activities'",
    ],
    [
      'the domain anywhere',
      inWorkspace,
      'services/gateway/src/a.ts',
      "import { a } from '@flexprice/domain'",
    ],
    [
      'test code in a test',
      inWorkspace,
      'packages/database/src/a.test.ts',
      "import { a } from '@flexprice/testing'",
    ],
  ])('%s', (_name, rule, path, text) => {
    expect(rule(parseSource(path, text))).toEqual([])
  })
})
